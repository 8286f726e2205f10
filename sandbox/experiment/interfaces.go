package experiment

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var interfaces = Info{
	ID:       "interfaces",
	Question: "Which links and addresses does it have, and does it see the host's?",
	Inside:   "lists links and addresses as the kernel tells them, and again from /sys/class/net",
	Host:     "lists its own, and those of the sandbox through /proc/PID/net",
	Rule:     "open when any of the host's links or addresses but the loopback's is seen inside, one-way when only the host sees the other's, contained when neither does",
	Layers:   []sandbox.Layer{sandbox.Net, sandbox.Root},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runInterfaces,
}

func runInterfaces(ctx context.Context, t *Trial) error {
	talk, err := t.talk(ctx, "interfaces", struct{}{})
	if err != nil {
		return err
	}
	var said inside.Interfaces
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	host, err := inside.Links()
	if err != nil {
		return &sandbox.Error{Op: "list links of", Target: "the host", Err: err}
	}
	shared := said.Namespace == namespace("self", "net") && !ownKernel(talk.Process)
	t.see(Observation{ID: "network", What: "the network, by its inode", Inside: fmt.Sprint(said.Namespace),
		Host: fmt.Sprint(namespace("self", "net")), Outcome: openIf(shared)})
	t.seeLinks(said, host, shared)
	t.seeListed(said.Listed, host)
	t.seeThrough(talk.Process.PID(), said.Links, shared)
	return t.concludeInterfaces(shared)
}

// openIf is open or contained.
func openIf(open bool) Outcome {
	if open {
		return Open
	}
	return Contained
}

// seeLinks compares what netlink tells on both sides. Every network has a
// loopback with the same name and addresses: it tells nothing.
func (t *Trial) seeLinks(said inside.Interfaces, host []inside.Link, shared bool) {
	if said.Refused != nil {
		t.see(Observation{ID: "links", What: "links", Inside: answer(said.Refused), Host: linkNames(host), Outcome: Contained})
		return
	}
	t.see(Observation{ID: "links", What: "links", Inside: linkNames(said.Links), Host: linkNames(host), Outcome: openIf(shared || sharesLink(said.Links, host))})
	theirs, ours := linkAddresses(said.Links), linkAddresses(host)
	both := slices.ContainsFunc(theirs, func(a string) bool { return slices.Contains(ours, a) })
	t.see(Observation{ID: "addresses", What: "addresses, without the loopback's", Inside: wordsOrNone(theirs), Host: wordsOrNone(ours), Outcome: openIf(both)})
}

// seeListed looks for the host's links in the /sys of the inside.
func (t *Trial) seeListed(listed, host []inside.Link) {
	o := Observation{ID: "sysfs", What: "links in /sys/class/net", Inside: linkNames(listed), Host: linkNames(host), Outcome: openIf(sharesLink(listed, host))}
	if len(listed) == 0 || !slices.ContainsFunc(host, tellsApart) {
		o.Outcome = NotApplicable // nothing to be told by
	}
	t.see(o)
}

// seeThrough looks at the network of a process inside from the host.
func (t *Trial) seeThrough(pid int, links []inside.Link, shared bool) {
	o := Observation{ID: "through-process", What: "the sandbox's links, seen by the host", Inside: linkNames(links), Host: "not seen", Outcome: Contained}
	if found := linksThrough(pid); len(found) > 0 {
		o.Host, o.Outcome = strings.Join(found, " ")+fmt.Sprintf(", in /proc/%d/net/dev", pid), OneWay
	}
	if shared {
		o.Outcome = Open
	}
	t.see(o)
}

// linksThrough reads the names of links in /proc/PID/net/dev; proc_pid_net(5).
func linksThrough(pid int) (out []string) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/dev", pid))
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		if name, _, found := strings.Cut(line, ":"); found {
			out = append(out, strings.TrimSpace(name))
		}
	}
	return out
}

func (t *Trial) concludeInterfaces(shared bool) error {
	listed, _ := t.Observed("sysfs")
	switch o := t.worst(); {
	case shared:
		return t.conclude(o, "it is in the host's network: the same links and addresses")
	case o == Open && listed.Outcome == Open:
		return t.conclude(o, "its links are its own, and its /sys still lists the host's: it was mounted in the host's network")
	case o == Open:
		return t.conclude(o, "it sees links or addresses of the host's")
	case o == OneWay:
		return t.conclude(o, "it sees its own links only; the host sees them through the process")
	default:
		return t.conclude(o, "each sees its own links only")
	}
}

// tellsApart tells whether a link can be told from one of the same name elsewhere.
func tellsApart(l inside.Link) bool { return !l.Loopback && l.Hardware != "" }

// sharesLink tells whether a link of the one list is in the other.
func sharesLink(some, others []inside.Link) bool {
	return slices.ContainsFunc(others, func(o inside.Link) bool {
		return tellsApart(o) && slices.ContainsFunc(some, func(s inside.Link) bool { return s.Name == o.Name && s.Hardware == o.Hardware })
	})
}

func linkNames(links []inside.Link) string {
	var out []string
	for _, l := range links {
		out = append(out, l.Name)
	}
	return wordsOrNone(out)
}

func linkAddresses(links []inside.Link) (out []string) {
	for _, l := range links {
		if !l.Loopback {
			out = append(out, strings.Fields(l.Addresses)...)
		}
	}
	return out
}

func wordsOrNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " ")
}

package inside

import (
	"net"
	"strings"
)

// Link is an interface of a network.
type Link struct {
	Name      string `json:"name"`
	Hardware  string `json:"hardware,omitempty"`
	Loopback  bool   `json:"loopback,omitempty"`
	Addresses string `json:"addresses,omitempty"` // with spaces between them
}

// Links lists the interfaces of this process's network, as the kernel tells
// them over netlink; rtnetlink(7).
func Links() ([]Link, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var out []Link
	for _, i := range all {
		l := Link{Name: i.Name, Hardware: i.HardwareAddr.String(), Loopback: i.Flags&net.FlagLoopback != 0}
		addresses, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		var words []string
		for _, a := range addresses {
			words = append(words, a.String())
		}
		l.Addresses = strings.Join(words, " ")
		out = append(out, l)
	}
	return out, nil
}

package inside

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("overhear", overhear) }

// ear is a packet socket and what it has heard; packet(7). The interface is
// left as it is: nothing is made promiscuous.
type ear struct {
	fd    int
	words []string
	heard []string
	udp   *net.UDPConn
}

// overhear says words and hears words, turn by turn, as the host wants.
func overhear(a *Act) error {
	var given Overhear
	if err := a.Given(&given); err != nil {
		return err
	}
	e := &ear{words: given.Words}
	var err error
	if e.fd, err = packetSocket(given.Interface); err != nil {
		return a.Say(Ear{Refused: Explain(err)})
	}
	if e.udp, err = net.ListenUDP("udp4", nil); err != nil {
		return err
	}
	if err := a.Say(Ear{}); err != nil {
		return err
	}
	for {
		var turn Turn
		if err := a.Hear(&turn); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := e.take(turn); err != nil {
			return err
		}
		if err := a.Say(Heard{Words: e.heard}); err != nil {
			return err
		}
	}
}

// packetSocket opens a packet socket for all protocols on one interface.
func packetSocket(name string) (int, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return -1, err
	}
	// Nothing is received before bind: the protocol is given there.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("socket(AF_PACKET): %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: i.Index}); err != nil {
		return -1, fmt.Errorf("bind to %s: %w", name, err)
	}
	return fd, nil
}

// bigEndian is htons(3).
func bigEndian(n uint16) uint16 { return n<<8 | n>>8 }

// ownPatience is how long a word of one's own may take to the wire: it waits
// for an answer to ARP.
const ownPatience = time.Second

func (e *ear) take(t Turn) error {
	for _, c := range t.Calls {
		to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: e.udp.LocalAddr().(*net.UDPAddr).Port}
		if c.To != "" {
			var err error
			if to, err = net.ResolveUDPAddr("udp4", c.To); err != nil {
				return err
			}
		}
		if _, err := e.udp.WriteToUDP([]byte(c.Word), to); err != nil {
			return err
		}
		if err := e.listen(c.Word, ownPatience); err != nil {
			return err
		}
	}
	return e.listen(t.Expect, time.Duration(t.Milliseconds)*time.Millisecond)
}

// listen reads frames until there are none, and then waits for the word.
func (e *ear) listen(word string, patience time.Duration) error {
	until := time.Now().Add(patience)
	for {
		if err := e.read(); err != nil {
			return err
		}
		left := time.Until(until)
		if slices.Contains(e.heard, word) || left <= 0 {
			return nil
		}
		poll := []unix.PollFd{{Fd: int32(e.fd), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, int(left.Milliseconds())+1); err != nil && err != unix.EINTR {
			return fmt.Errorf("poll: %w", err)
		}
	}
}

// mostFrames bounds the frames that are read at once, on a link that others
// fill.
const mostFrames = 10_000

func (e *ear) read() error {
	frame := make([]byte, 2048)
	for range mostFrames {
		n, _, err := unix.Recvfrom(e.fd, frame, 0)
		switch err {
		case nil:
			e.note(frame[:n])
		case unix.EAGAIN:
			return nil
		case unix.EINTR:
		default:
			return fmt.Errorf("recvfrom: %w", err)
		}
	}
	return nil
}

func (e *ear) note(frame []byte) {
	for _, w := range e.words {
		if !slices.Contains(e.heard, w) && bytes.Contains(frame, []byte(w)) {
			e.heard = append(e.heard, w)
		}
	}
}

package inside

import (
	"io"
	"net"
	"time"
)

func init() {
	register("drain", drain)
	register("pour", pour)
}

// drain reads from every connection and keeps nothing.
func drain(a *Act) error {
	var given Drain
	if err := a.Given(&given); err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(given.Address, "0"))
	if err != nil {
		return a.Say(Draining{Refused: Explain(err)})
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go empty(conn)
		}
	}()
	if err := a.Say(Draining{Port: uint16(l.Addr().(*net.TCPAddr).Port)}); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// empty reads by itself: io.Copy would splice(2), which costs nothing and
// measures nothing.
func empty(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 256<<10)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

// Mosts bound a run, whatever the host says.
const (
	mostPoured  = 1 << 30 // bytes
	mostPouring = 200 * time.Millisecond
)

// pour fills its connection in runs, as the host wants them.
func pour(a *Act) error {
	var given Pour
	if err := a.Given(&given); err != nil {
		return err
	}
	conn, err := net.DialTimeout("tcp", given.Address, pagePatience)
	if err != nil {
		return a.Say(Poured{Refused: Explain(err)})
	}
	defer conn.Close()
	if err := a.Say(Poured{}); err != nil {
		return err
	}
	for {
		var run Run
		if err := a.Hear(&run); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		out, err := pourFor(conn, min(time.Duration(run.Milliseconds)*time.Millisecond, mostPouring), min(run.Bytes, mostPoured))
		if err != nil {
			return err
		}
		if err := a.Say(out); err != nil {
			return err
		}
	}
}

// pourFor writes for so long, at most so much.
func pourFor(conn net.Conn, patience time.Duration, most int64) (out Poured, err error) {
	block := make([]byte, 64<<10)
	begin := time.Now()
	for out.Bytes < most && time.Since(begin) < patience {
		conn.SetWriteDeadline(time.Now().Add(pagePatience))
		n, err := conn.Write(block)
		if out.Bytes += int64(n); err != nil {
			return out, err
		}
	}
	out.Microseconds = time.Since(begin).Microseconds()
	return out, nil
}

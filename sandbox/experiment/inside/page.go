package inside

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// pagePatience is how long either side of a page waits for the other.
const pagePatience = time.Second

// pageLimit bounds what is read of a page, in bytes.
const pageLimit = 4096

// errOtherPage says that somebody else answers there.
var errOtherPage = errors.New("another page came")

// FetchPage reads the page that comes from an address, an IP address and a port.
// Another page than the wanted one is an error. Nothing is sent: a stranger who
// listens there sees a connection that comes and goes.
func FetchPage(ctx context.Context, address, page string) error {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	until, _ := ctx.Deadline()
	conn.SetDeadline(until)
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	answer, err := io.ReadAll(io.LimitReader(conn, pageLimit))
	switch {
	case err != nil:
		return err
	case string(answer) != page:
		return errOtherPage
	}
	return nil
}

// servePages sends the page to everybody who connects, until the listener is
// closed.
func servePages(l net.Listener, page string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.SetDeadline(time.Now().Add(pagePatience))
		io.WriteString(conn, page)
		conn.Close()
	}
}

package inside

import (
	"context"
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

func init() {
	register("serve", serve)
	register("fetch", fetch)
}

// serve answers with the page until the host wants no more. In the host's
// network nobody but the host itself is to reach it.
func serve(a *Act) error {
	var given Serve
	if err := a.Given(&given); err != nil {
		return err
	}
	shared, err := shares("net", given.Shared)
	if err != nil {
		return err
	}
	out := Serving{Shared: shared}
	l, err := listenOn(given.Ports, out.Shared)
	if err != nil {
		out.Refused = Explain(err)
		return a.Say(out)
	}
	defer l.Close()
	out.Port = uint16(l.Addr().(*net.TCPAddr).Port)
	go servePages(l, given.Page)
	if err := a.Say(out); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// listenOn listens on the first of the ports that is not taken.
func listenOn(ports []uint16, loopback bool) (l net.Listener, err error) {
	address := ""
	if loopback {
		address = "127.0.0.1"
	}
	for _, p := range ports {
		l, err = net.Listen("tcp", fmt.Sprintf("%s:%d", address, p))
		if !errors.Is(err, unix.EADDRINUSE) {
			break
		}
	}
	return l, err
}

// fetch asks for the page at each address.
func fetch(a *Act) error {
	var given Fetch
	if err := a.Given(&given); err != nil {
		return err
	}
	var out Fetched
	for _, address := range given.Addresses {
		err := FetchPage(context.Background(), address, given.Page)
		out.Reached = append(out.Reached, err == nil)
		out.Errors = append(out.Errors, Explain(err))
	}
	return a.Say(out)
}

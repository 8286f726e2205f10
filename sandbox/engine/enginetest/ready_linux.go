package enginetest

import "net"

// ready tells whether somebody listens at the socket.
func ready(socket string) bool {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// Package engine makes containers of Docker and of Podman subjects of
// experiments, through the API that both answer at a socket: Docker's own, and
// the same of Podman's.
//
// A container here is made from tentpole's tiny root, which the engine is given
// as an image, or from an image that the engine has. Its first process holds it
// for as long as tentpole holds the other end of its standard input, and does
// nothing. Every act is an exec, as `docker exec` makes it; its program is put
// into the container beforehand. When tentpole ends, however it ends, standard
// input ends, the first process with it, and the engine removes the container.
// What was made and never started carries its owner in a label, and the next
// start removes it.
//
// The requests are few, and plain: see request.go. They follow the Docker
// Engine API, https://docs.docker.com/reference/api/engine/.
package engine

import (
	"context"
	"os"
	"path/filepath"
)

// Engine is a program that keeps containers and answers at a socket.
type Engine struct {
	// Name is the word for it, and its command's name; Title is its own name.
	Name, Title string
	// variable is the environment variable that says where it listens.
	variable string
	// sockets are where it listens when nobody says so, the user's own first.
	sockets func() []string
	install string // the command that installs it
	start   string // the command that starts it
	serve   func(context.Context, *connection) error
}

// Docker is asked where its own command asks it.
var Docker = &Engine{
	Name: "docker", Title: "Docker", variable: "DOCKER_HOST",
	sockets: func() []string { return []string{ofUser("docker.sock"), "/run/docker.sock", "/var/run/docker.sock"} },
	install: "apt-get install docker.io", start: "systemctl start docker",
}

// Podman needs no daemon. Where none listens, its command is started as one and
// ends with the subject.
var Podman = &Engine{
	Name: "podman", Title: "Podman", variable: "CONTAINER_HOST",
	sockets: podmanSockets,
	install: "apt-get install podman", start: "systemctl start podman.socket",
	serve: servePodman,
}

// Engines lists them.
func Engines() []*Engine { return []*Engine{Docker, Podman} }

// podmanSockets leaves out root's for others: a user's containers are the
// user's own.
func podmanSockets() []string {
	if os.Geteuid() == 0 {
		return []string{"/run/podman/podman.sock"}
	}
	return []string{ofUser("podman/podman.sock")}
}

// ofUser is a path below the user's directory for sockets, "" without one.
func ofUser(name string) string {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

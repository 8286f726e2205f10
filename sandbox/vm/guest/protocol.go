// Package guest is the first process of tentpole's virtual machine, and what it
// and the host say to each other.
//
// They share one virtio port, on which package yamux keeps any number of streams
// apart, each with a window of its own: a command that does not read holds up
// nobody else. The host opens all streams. The first line on one is a Request,
// as JSON; the answers are lines too.
//
//	Hello     the machine says whose kernel it runs on
//	Program   bytes follow, which are kept in memory under their hash
//	Run       three more streams follow: standard input, output and error
//	Dial      the stream becomes a connection to an address inside
//	Panic     the kernel is to die
//
// When the port is hung up, the machine powers off.
package guest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/hashicorp/yamux"
)

const (
	// Init is where the program lies in the initramfs, and its argv[0].
	Init = "/tentpole-vm-init"
	// ConfigFile lies beside it: a Config.
	ConfigFile = "/tentpole-vm.json"
	// Port is the name of the virtio port.
	Port = "tentpole"
	// DiskMount is where the disk is mounted.
	DiskMount = "/tmp"
)

// Config is what the machine is to become.
type Config struct {
	HostBoot  string   `json:"host_boot"` // the host's boot id
	Hostname  string   `json:"hostname"`
	Modules   []string `json:"modules"` // files, each after those it needs
	Encrypted bool     `json:"encrypted"`
}

// Request is the first line on a stream. One of it is set.
type Request struct {
	Hello   *struct{} `json:"hello,omitempty"`
	Program *Program  `json:"program,omitempty"`
	Run     *Run      `json:"run,omitempty"`
	Dial    string    `json:"dial,omitempty"` // an address and a port
	Panic   *Panic    `json:"panic,omitempty"`
}

// Program announces a program's bytes.
type Program struct {
	Hash string `json:"hash"` // SHA-256, in hexadecimal digits
	Size int64  `json:"size"`
}

// Run starts a command.
type Run struct {
	Args    []string `json:"args"`
	Program string   `json:"program,omitempty"` // the hash of the program that is executed
	User    string   `json:"user,omitempty"`
	// Together says that standard error is standard output.
	Together bool `json:"together,omitempty"`
}

// Panic carries the host's boot id. A machine with that id is the host.
type Panic struct {
	HostBoot string `json:"host_boot"`
}

// Order is a further line to a command that runs.
type Order struct {
	Signal int `json:"signal,omitempty"`
	// Closed says that nobody reads its standard output (1) or error (2) any more.
	Closed int `json:"closed,omitempty"`
}

// Answer is a line from the machine.
type Answer struct {
	Hello *Hello `json:"hello,omitempty"`
	PID   int    `json:"pid,omitempty"` // a command runs
	Ended *Ended `json:"ended,omitempty"`
	Error string `json:"error,omitempty"`
	Errno int    `json:"errno,omitempty"`
}

// Hello is who answers.
type Hello struct {
	Release string  `json:"release"`
	Boot    string  `json:"boot"`
	Uptime  float64 `json:"uptime"` // in seconds of its own
}

// Ended is how a command ended.
type Ended struct {
	Code   int `json:"code"`
	Signal int `json:"signal,omitempty"`
}

// lineLimit bounds a line, in bytes.
const lineLimit = 1 << 20

// Lines is a stream of JSON, a value a line.
type Lines struct {
	io.ReadWriter
	read *bufio.Reader
}

// NewLines reads and writes lines. What follows the last line that was heard is
// read from Rest.
func NewLines(stream io.ReadWriter) *Lines {
	return &Lines{stream, bufio.NewReader(stream)}
}

// Rest is what has not been heard yet.
func (l *Lines) Rest() io.Reader { return l.read }

// Say writes a value.
func (l *Lines) Say(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = l.Write(append(b, '\n'))
	return err
}

// Hear reads the next value.
func (l *Lines) Hear(v any) error {
	var line []byte
	for {
		part, err := l.read.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > lineLimit:
			return fmt.Errorf("more than %d bytes in a line", lineLimit)
		case err == nil:
			return json.Unmarshal(line, v)
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// Session is how both sides set up their streams: a machine that is emulated, or
// whose host is busy, may be late with anything.
func Session() *yamux.Config {
	c := yamux.DefaultConfig()
	c.EnableKeepAlive = false
	c.StreamOpenTimeout = 0
	c.ConnectionWriteTimeout = time.Minute
	c.LogOutput = io.Discard
	return c
}

// MayPanic tells whether a machine may kill its kernel: never when it is the one
// that the request came from, or cannot be told from it.
func MayPanic(host, own string) error {
	if host == "" || own == "" || host == own {
		return errors.New("this kernel is the host's: nothing was done")
	}
	return nil
}

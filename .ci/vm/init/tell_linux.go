package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

// port opens the virtio port that events leave by.
func port() (*os.File, error) {
	names, _ := filepath.Glob("/sys/class/virtio-ports/*/name")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil && strings.TrimSpace(string(text)) == agenda.Port {
			return os.OpenFile("/dev/"+filepath.Base(filepath.Dir(name)), os.O_WRONLY, 0)
		}
	}
	return nil, fmt.Errorf("there is no virtio port %s", agenda.Port)
}

// tell sends one event of the machine's own, and says nothing where there is
// no port yet: the console has it too.
func tell(action, text string) {
	if out, err := port(); err == nil {
		send(out, agenda.Event{Action: action, Output: text})
		out.Close()
	}
}

// send writes an event on a line of its own: what was killed before may have
// left half of one.
func send(out *os.File, e agenda.Event) {
	e.Time = time.Now()
	line, err := json.Marshal(e)
	if err == nil {
		fmt.Fprintf(out, "\n%s\n", line)
	}
}

package network

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What a person would type for the operations comes to the same as performing
// them: on the host, inside, and when it is taken away again.
func TestCommandsComeToTheSame(t *testing.T) {
	needHost(t)
	for _, tool := range []string{"ip", "nft", "nsenter", "sysctl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs ip, nft, nsenter and sysctl: %v", err)
		}
	}
	unchanged(t)
	uplink(t)
	b := tester(t)
	m, err := b.Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	const owner = "same@1.1.boot"
	p, err := m.Plan(owner)
	if err != nil {
		t.Fatal(err)
	}
	performed, a := attach(t, b, owner)
	onHost, inRoom := lookAround(), insideOf(t, performed)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}

	typed := newRoom(t)
	undo := slices.Concat(disconnect(p.standing, p.standing.Members[0]), fold(p.standing))
	t.Cleanup(func() { shell(t, typed, undo) })
	shell(t, typed, p.Operations)
	settled(t, p, typed)
	if left := onHost.changes(lookAround()); left != "" {
		t.Errorf("on the host (-performed +typed):\n%s", left)
	}
	if left := inRoom.changes(insideOf(t, typed)); left != "" {
		t.Errorf("inside (-performed +typed):\n%s", left)
	}
}

// insideOf looks around in a room.
func insideOf(t *testing.T, r *room) (s snapshot) {
	t.Helper()
	if err := within(r.netns, func() error { s = lookAround(); return nil }); err != nil {
		t.Fatal(err)
	}
	return s
}

// settled waits until the kernel has finished what was typed.
func settled(t *testing.T, p Plan, r *room) {
	t.Helper()
	s, err := openHost()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.enter(r.netns); err != nil {
		t.Fatal(err)
	}
	if err := s.carry(t.Context(), p, p.standing.Members[0].Link); err != nil {
		t.Fatal(err)
	}
}

// shell types the commands.
func shell(t *testing.T, r *room, operations []Operation) {
	t.Helper()
	var script strings.Builder
	for _, o := range operations {
		fmt.Fprintln(&script, o.Command())
	}
	cmd := exec.Command("sh", "-e")
	cmd.Stdin = strings.NewReader(script.String())
	cmd.Env = append(os.Environ(), fmt.Sprint("PID=", r.cmd.Process.Pid))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, &script)
	}
}

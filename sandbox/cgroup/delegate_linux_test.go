package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A user whom a group is delegated to has limits below the group's, and no way to
// lift those.
func TestDelegate(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: to delegate a cgroup")
	}
	const user = 1000
	g := limitedGroup(t, Limits{Memory: 128 * mib, PIDs: 48})
	limited := g.layout.Commands
	if err := errors.Join(g.Delegate(Owner{user, user}), g.HandOn()); err != nil {
		t.Fatal(err)
	}
	if g.NamespaceRoot() == nil {
		if g.Commands() != nil {
			t.Error("nothing is delegated")
		}
		return // v1 cannot be
	}
	cmd := partner(watchdog, "user")
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: user, Gid: user}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(g.Commands().Fd())
	p := talk(t, cmd)
	if said := p.hear(t); said != path.Join(limited, "user", prefix+"cgtest-user")+" 32 killed <nil>" {
		t.Error(said)
	}
	above, _ := filepath.Glob(limited + "/*")
	below, err := filepath.Glob(limited + "/user/*")
	for _, file := range slices.Concat([]string{limited}, above, below) {
		st, err := os.Lstat(file)
		if err != nil {
			t.Fatal(err)
		}
		handed := path.Dir(file) != limited && slices.Contains(delegated[1:], path.Base(file)) || st.IsDir() && file != limited
		if owner := st.Sys().(*syscall.Stat_t).Uid; (owner == user) != handed {
			t.Errorf("%s belongs to %d", file, owner)
		}
	}
	made := 2 // user and session
	for ; made < 1000 && err == nil; made++ {
		err = os.Mkdir(fmt.Sprintf("%s/user/session/%d", limited, made), 0o755)
	}
	if made != bounds[0].most+1 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("after %d cgroups: %v", made, err)
	}
}

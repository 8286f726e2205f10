package features

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func TestRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		root fstest.MapFS
		err  error
		want string
	}{
		"ubuntu":    {fstest.MapFS{"proc/sys/kernel/apparmor_restrict_unprivileged_userns": file("1\n")}, syscall.EACCES, "apparmor_parser"},
		"debian":    {fstest.MapFS{"proc/sys/kernel/unprivileged_userns_clone": file("0\n")}, syscall.EPERM, "sudo tentpole"},
		"none":      {fstest.MapFS{"proc/sys/user/max_user_namespaces": file("0\n")}, syscall.ENOSPC, "max_user_namespaces"},
		"docker":    {fstest.MapFS{".dockerenv": file("")}, syscall.EPERM, "inside a container"},
		"full":      {fstest.MapFS{}, syscall.ENOSPC, "full"},
		"read-only": {fstest.MapFS{}, syscall.EROFS, "XDG_STATE_HOME"},
		"old":       {fstest.MapFS{"proc/sys/kernel/osrelease": file("4.19.0\n")}, syscall.EINVAL, "4.19.0"},
		"else":      {fstest.MapFS{}, errors.New("?"), "sudo tentpole"},
	} {
		got := Remedy(c.root, c.err)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %q does not speak of %q", name, got, c.want)
		}
		for _, never := range []string{"sysctl -w", "apparmor_restrict_unprivileged_userns=0", "setenforce", "aa-disable"} {
			if strings.Contains(got, never) {
				t.Errorf("%s: proposes to switch a protection of the machine off: %q", name, got)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	refuse := errors.New("refused")
	answers := Check(context.Background(), func(_ context.Context, layers []string, _ string) error {
		for _, l := range layers {
			if l == "time" {
				return refuse
			}
		}
		return nil
	})
	if len(answers) != len(table) {
		t.Fatalf("%d answers to %d questions", len(answers), len(table))
	}
	for _, a := range answers {
		if a.OK == (a.ID == "time" || a.ID == "container") {
			t.Errorf("%+v", a)
		}
	}
	err := Failed(answers)
	if !errors.Is(err, ErrNotSupported) || !errors.Is(err, refuse) {
		t.Errorf("%v", err)
	}
}

func TestNotLinuxSaysWhere(t *testing.T) {
	if err := NotLinux(); !errors.Is(err, ErrNotSupported) {
		t.Error(err)
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

const cgroups = "/sys/fs/cgroup"

// group is a cgroup of the tree that systemd would have made.
type group struct {
	dir    string
	enable string // the controllers its children get
	user   int    // whose it is
}

// userUnit is delegated to the user (Delegate=pids memory cpu in systemd's
// user@.service), who has made what is below it: systemd enables cpu there when
// a unit asks for it.
const userUnit = "user.slice/user-1000.slice/user@1000.service"

// groups are the tree, each group after its parent.
var groups = []group{
	{"", "+cpuset +cpu +io +memory +pids", 0},
	{"init.scope", "", 0},
	{"system.slice", "+memory +pids", 0},
	{"user.slice", "+cpu +memory +pids", 0},
	{"user.slice/user-0.slice", "+cpu +memory +pids", 0},
	{rootScope, "", 0},
	{"user.slice/user-1000.slice", "+cpu +memory +pids", 0},
	{userUnit, "+cpu +memory +pids", agenda.ID},
	{userUnit + "/init.scope", "", agenda.ID},
	{userUnit + "/app.slice", "+memory +pids", agenda.ID},
	{userScope, "", agenda.ID},
}

// Where the tests run.
const (
	rootScope = "user.slice/user-0.slice/session-1.scope"
	userScope = userUnit + "/app.slice/run-tests.scope"
)

// delegated are the files of a cgroup that belong to whom it is delegated to
// (/sys/kernel/cgroup/delegate; admin-guide/cgroup-v2.rst, "Delegation").
var delegated = []string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"}

// plant makes the tree. Processes may not be where controllers are enabled for
// children, but for the root, and this one moves as systemd does.
func plant() error {
	for _, g := range groups {
		if err := g.make(); err != nil {
			return fmt.Errorf("make the cgroup /%s: %w", g.dir, err)
		}
	}
	return os.WriteFile(filepath.Join(cgroups, "init.scope/cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0)
}

func (g group) make() error {
	dir := filepath.Join(cgroups, g.dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if g.user != 0 {
		for _, file := range delegated {
			if err := os.Chown(filepath.Join(dir, file), g.user, g.user); err != nil {
				return err
			}
		}
	}
	if g.enable == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte(g.enable), 0)
}

// Command init is the first process of the virtual machine of .ci/vm, and
// nothing else's: it mounts, loads modules and powers off without asking.
//
// It comes three times. As /init in the initramfs it builds the root file system
// and changes to it. As /usr/sbin/init it makes the machine ready and then
// reaps, for whoever is left without a parent. And as its child it runs the tests
// of the agenda, so that its waiting and the reaping do not meet.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

// lives are what the program does, by the name it is started under.
var lives = map[string]func() error{
	"/init":       unpack,
	agenda.Init:   reign,
	"tests":       runAll,
	"interactive": interactive,
}

func main() {
	if err := lives[os.Args[0]](); err != nil {
		fmt.Fprintln(os.Stderr, "init:", err)
		tell(agenda.Failed, err.Error())
	}
	if os.Getpid() == 1 {
		powerOff()
	}
}

// powerOff ends the machine. Its disk is thrown away.
func powerOff() {
	syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF)
}

// readAgenda reads what is to be done.
func readAgenda() (agenda.Agenda, error) {
	var a agenda.Agenda
	text, err := os.ReadFile(agenda.File)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("%s: %w", agenda.File, err)
	}
	return a, nil
}

package takeover

import (
	"os"
	"path/filepath"

	"github.com/tentpole-labs/tentpole/sandbox/userland/applet"
	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"
)

func init() {
	if len(os.Args) > 0 && applet.Has(os.Args[0]) && fromTinyRoot() {
		os.Exit(applet.Main(os.Args))
	}
}

// fromTinyRoot tells whether the binary lies where a tiny root has its program.
// Where /proc is not mounted yet, that there is such a file must do.
func fromTinyRoot() bool {
	exe, err := os.Readlink("/proc/self/exe")
	if err == nil {
		return filepath.Base(exe) == manual.Program
	}
	_, err = os.Stat("/bin/" + manual.Program)
	return err == nil
}

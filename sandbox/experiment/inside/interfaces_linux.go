package inside

import (
	"os"
	"path/filepath"
	"strings"
)

func init() { register("interfaces", interfaces) }

// interfaces lists the links in both ways, and stays, so that the host can look
// at this process's network.
func interfaces(a *Act) error {
	var out Interfaces
	var err error
	if out.Namespace, err = namespace("net"); err != nil {
		return err
	}
	links, err := Links()
	out.Links, out.Refused = links, Explain(err)
	out.Listed = listedLinks("/sys/class/net")
	if err := a.Say(out); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// listedLinks reads the links below a directory of sysfs(5); none when it is not
// there.
func listedLinks(dir string) (out []Link) {
	found, _ := filepath.Glob(dir + "/*/address")
	for _, file := range found {
		if address, err := os.ReadFile(file); err == nil {
			out = append(out, Link{Name: filepath.Base(filepath.Dir(file)), Hardware: strings.TrimSpace(string(address))})
		}
	}
	return out
}

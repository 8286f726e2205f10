package inside

import (
	"os"
	"strconv"
	"strings"
)

func init() { register("processes", findProcess) }

// findProcess looks through /proc, as ps does; proc(5).
func findProcess(a *Act) error {
	var given FindProcess
	if err := a.Given(&given); err != nil {
		return err
	}
	out := Processes{PID: os.Getpid()}
	names, err := listed("/proc")
	out.Refused = Explain(err)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		out.Visible++
		comm, _ := os.ReadFile("/proc/" + name + "/comm") // one that has ended meanwhile is not it
		if strings.TrimSuffix(string(comm), "\n") == given.Name {
			out.Found = pid
		}
	}
	return a.Say(out)
}

func listed(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

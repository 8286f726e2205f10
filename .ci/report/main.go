// Command report runs `go test` with the arguments it is given and says what
// came of it: one line for each package as soon as it is through, failures in
// full, and at the end every test that did not run, with its reason.
//
// It exits with 1 when a test failed, a package did not build, or, with
// TENTPOLE_MUST=1, a test was skipped. The events are those of
// `go doc test2json`.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	failed, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	if failed {
		os.Exit(1)
	}
}

// run runs the tests and reports them on out. Its error says that there was
// nothing to report on.
func run(args []string, out io.Writer) (failed bool, err error) {
	tests := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	tests.Stderr = os.Stderr
	events, err := tests.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := tests.Start(); err != nil {
		return false, fmt.Errorf("go test: %w; install Go, see https://go.dev/dl/", err)
	}
	r := newReport(out)
	readErr := r.read(events)
	if readErr != nil { // let go test come to its end all the same
		_, _ = io.Copy(io.Discard, events)
	}
	ended := tests.Wait()
	if exit := (*exec.ExitError)(nil); ended != nil && !errors.As(ended, &exit) {
		return false, fmt.Errorf("go test: %w", ended)
	}
	r.close(os.Getenv("TENTPOLE_MUST") == "1", os.Geteuid() == 0)
	return r.failed || ended != nil, readErr
}

// Command ratios reads the output of `go test -bench` on standard input and
// prints a table: each benchmark with its time, and with the time it takes
// over that of tentpole in the same group.
//
//	go test -run '^$' -bench Start ./sandbox | go run ./.ci/ratios
//
// A group is one top level benchmark; its members are the sub-benchmarks. The
// first member is tentpole, the others are peers. Of repeated measurements
// (-count) the median is taken, and the smallest and largest are shown. Where a
// benchmark reports its shortest time (least-ns), that is compared as well. A
// benchmark that fails is printed as it is and makes the exit status 1.
package main

import (
	"fmt"
	"os"
)

func main() {
	results, err := read(os.Stdin, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
	table(os.Stdout, results.groups)
	if results.failed {
		os.Exit(1)
	}
}

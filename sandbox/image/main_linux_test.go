package image

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"testing"
)

var quiet = log.New(io.Discard, "", 0)

// pullRole makes this binary a process that pulls, to be killed at it:
// arguments are a store and a reference.
const pullRole = "TENTPOLE_TEST_PULL"

func TestMain(m *testing.M) {
	if os.Getenv(pullRole) != "" {
		os.Exit(pullAsChild(os.Args[1], os.Args[2]))
	}
	os.Exit(m.Run())
}

// pullAsChild says on stdout what it is about to do, a line each.
func pullAsChild(dir, word string) int {
	s, err := Open(dir, Options{Anonymous: true})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_, err = s.Pull(context.Background(), word, func(p Progress) { fmt.Println(p.Step, p.Layer) })
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

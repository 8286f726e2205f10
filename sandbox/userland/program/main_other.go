//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "the commands of the tiny root are for Linux")
	os.Exit(2)
}

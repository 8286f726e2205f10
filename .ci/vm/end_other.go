//go:build !linux

package main

import "os/exec"

// endWithUs does nothing here.
func endWithUs(*exec.Cmd) {}

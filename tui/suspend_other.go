//go:build !unix

package tui

import "os"

// stops is empty: there is no job control.
var stops []os.Signal

// goesOn is no signal.
var goesOn os.Signal

func stopSelf() {}

func jobControl() bool { return false }

//go:build !linux

package features

import "context"

// hostActs are none: only Linux has these features.
var hostActs map[string]func(context.Context, *examination) (string, error)

func (*examination) scratch() (string, error) { return "", ErrNotSupported }

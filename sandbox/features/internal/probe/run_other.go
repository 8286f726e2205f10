//go:build !linux

package probe

import (
	"context"
	"errors"
)

// Run answers errors.ErrUnsupported: there is nothing to try.
func Run(context.Context, Place, []string) ([]Report, error) { return nil, errors.ErrUnsupported }

// Acts lists none.
func Acts() []string { return nil }

package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Labels of what tentpole makes with an engine.
const (
	labelOwner   = "tentpole.owner"   // of containers: who made them, see sandbox.OwnerTag
	labelMachine = "tentpole.machine" // of containers: on which machine
	labelTiny    = "tentpole.tiny"    // of images: what is in the tiny root
)

func labels() map[string]string {
	return map[string]string{labelOwner: sandbox.OwnerTag(), labelMachine: machine()}
}

// machine names this machine: an engine may keep containers for several, whose
// processes cannot be judged here; machine-id(5) asks not to give the id away.
func machine() string {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil || len(strings.TrimSpace(string(id))) == 0 {
		name, _ := os.Hostname()
		id = []byte(name)
	}
	return fmt.Sprintf("%x", sha256.Sum256(append([]byte("tentpole "), id...)))[:16]
}

// kept is something that an engine keeps.
type kept struct {
	ID     string `json:"Id"`
	Labels map[string]string
}

// list lists what has a label.
func (c *connection) list(ctx context.Context, path, label string) (all []kept, err error) {
	filters := fmt.Sprintf(`{"label":[%q]}`, label)
	err = c.do(ctx, request{did: "list what tentpole has made", method: "GET", path: path,
		query: url.Values{"all": {"1"}, "filters": {filters}}}, &all)
	return all, err
}

// sweep removes containers whose owner on this machine is no more.
func (c *connection) sweep(ctx context.Context) (gone []string, err error) {
	all, err := c.list(ctx, "/containers/json", labelOwner)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.Labels[labelMachine] != machine() || !sandbox.OwnerGone(k.Labels[labelOwner]) {
			continue
		}
		if removed := c.remove(ctx, k.ID); removed != nil {
			err = errors.Join(err, removed)
			continue
		}
		gone = append(gone, k.ID)
	}
	return gone, err
}

// Swept is what was removed of an engine's.
type Swept struct {
	Containers []string `json:"containers"`
	Images     []string `json:"images"`
}

// SweepAll sweeps the engines that listen: none is started for it. Where nobody
// answers there is nothing to be had.
func SweepAll(ctx context.Context) (all Swept, err error) {
	all = Swept{Containers: []string{}, Images: []string{}}
	for _, e := range Engines() {
		if _, missing := e.socket(); missing != nil {
			continue
		}
		s, failed := e.Sweep(ctx)
		var unreachable *UnreachableError
		if failed != nil && !errors.As(failed, &unreachable) {
			err = errors.Join(err, failed)
		}
		all.Containers, all.Images = append(all.Containers, s.Containers...), append(all.Images, s.Images...)
	}
	return all, err
}

// Sweep removes containers that killed runs have left with the engine, and the
// images of the tiny root.
func (e *Engine) Sweep(ctx context.Context) (s Swept, err error) {
	c, err := e.connect(ctx)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, c.release()) }()
	if s.Containers, err = c.sweep(ctx); err != nil {
		return s, err
	}
	s.Images, err = c.sweepImages(ctx)
	return s, err
}

// sweepImages leaves those that a container is made from.
func (c *connection) sweepImages(ctx context.Context) (gone []string, err error) {
	all, err := c.list(ctx, "/images/json", labelTiny)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		removed := c.do(ctx, request{did: "remove an image", method: "DELETE", path: "/images/" + k.ID}, nil)
		var refused *RefusedError
		switch {
		case removed == nil:
			gone = append(gone, k.ID)
		case errors.As(removed, &refused) && refused.Status == 409: // it is in use
		default:
			err = errors.Join(err, removed)
		}
	}
	return gone, err
}

package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// blueprint is an image as its source describes it: what there is to unpack.
type blueprint struct {
	digest v1.Hash
	chain  v1.Hash
	config Config
	layers []layer
}

// layer is one layer, compressed or not.
type layer struct {
	digest v1.Hash // of its bytes as they are stored; zero: nobody knows
	size   int64   // of its bytes as they are stored
	diffID v1.Hash // of the tar inside; zero: nobody knows
	open   func(context.Context) (io.ReadCloser, error)
}

// origin is where an image is read from.
type origin interface {
	describe(context.Context) (blueprint, error)
	io.Closer
}

// objects are manifests, configs and layers by digest.
type objects interface {
	open(context.Context, v1.Descriptor) (io.ReadCloser, error)
}

// maxIndexes is how many indexes may lie in one another.
const maxIndexes = 4

// describe follows a descriptor through indexes to the image for this
// machine.
func describe(ctx context.Context, from objects, top v1.Descriptor, limits Limits) (blueprint, error) {
	for range maxIndexes {
		raw, err := readObject(ctx, from, top, "manifest", limits)
		if err != nil {
			return blueprint{}, err
		}
		d, err := parseDocument(raw, top.MediaType)
		if err != nil {
			return blueprint{}, fmt.Errorf("read manifest %s: %w", top.Digest, err)
		}
		if d.Manifests == nil {
			return d.blueprint(ctx, from, top, limits)
		}
		if top, err = choose(d.Manifests); err != nil {
			return blueprint{}, err
		}
	}
	return blueprint{}, fmt.Errorf("more than %d image indexes in one another", maxIndexes)
}

// readObject reads something small, verified.
func readObject(ctx context.Context, from objects, d v1.Descriptor, what string, limits Limits) ([]byte, error) {
	if err := within("document", d.Size, limits.Document, ""); err != nil {
		return nil, err
	}
	rc, err := from.open(ctx, d)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	return io.ReadAll(check(what, interruptible{ctx, rc}, d.Digest, d.Size))
}

// document is an index or a manifest.
type document struct {
	MediaType types.MediaType `json:"mediaType"`
	Manifests []v1.Descriptor `json:"manifests"` // of an index
	Config    v1.Descriptor   `json:"config"`    // of a manifest
	Layers    []v1.Descriptor `json:"layers"`
	FSLayers  json.RawMessage `json:"fsLayers"` // of Docker's first schema
}

// parseDocument refuses what could be read as either, CVE-2021-41190.
func parseDocument(raw []byte, as types.MediaType) (document, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, err
	}
	index := d.Manifests != nil
	switch {
	case d.FSLayers != nil:
		return d, errors.New("it has Docker's first manifest format, which has no digests of its layers' contents: push the image anew")
	case index && d.Layers != nil:
		return d, errors.New("it is an index and a manifest at once")
	case d.MediaType != "" && (as.IsImage() || as.IsIndex()) && d.MediaType != as:
		return d, fmt.Errorf("it says it is %q and came as %q", d.MediaType, as)
	case index && as.IsImage(), !index && as.IsIndex():
		return d, fmt.Errorf("it came as %q and is something else", as)
	case !index && d.Config.Digest == (v1.Hash{}):
		return d, errors.New("it is no image manifest")
	}
	return d, nil
}

// blueprint reads the config that goes with a manifest.
func (d document) blueprint(ctx context.Context, from objects, top v1.Descriptor, limits Limits) (blueprint, error) {
	raw, err := readObject(ctx, from, d.Config, "config", limits)
	if err != nil {
		return blueprint{}, err
	}
	config, err := parseConfig(raw)
	if err != nil {
		return blueprint{}, err
	}
	if len(config.RootFS.DiffIDs) != len(d.Layers) {
		return blueprint{}, fmt.Errorf("image %s: the manifest has %d layers, the config %d", top.Digest, len(d.Layers), len(config.RootFS.DiffIDs))
	}
	b := newBlueprint(top.Digest, config)
	for i, l := range d.Layers {
		if !l.MediaType.IsLayer() {
			return b, fmt.Errorf("image %s: layer %d is %q, no file system", top.Digest, i+1, l.MediaType)
		}
		b.layers = append(b.layers, layer{l.Digest, l.Size, config.RootFS.DiffIDs[i], func(ctx context.Context) (io.ReadCloser, error) {
			return from.open(ctx, l)
		}})
	}
	return b, within("layers", int64(len(b.layers)), limits.Layers, "")
}

func newBlueprint(digest v1.Hash, config *v1.ConfigFile) blueprint {
	c := config.Config
	return blueprint{
		digest: digest,
		chain:  chainOf(config.RootFS.DiffIDs),
		config: Config{Env: c.Env, Entrypoint: c.Entrypoint, Cmd: c.Cmd, WorkingDir: c.WorkingDir, User: c.User},
	}
}

// parseConfig refuses an image for another machine. One that does not say is
// taken.
func parseConfig(raw []byte) (*v1.ConfigFile, error) {
	config, err := v1.ParseConfigFile(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read image config: %w", err)
	}
	p := v1.Platform{OS: config.OS, Architecture: config.Architecture}
	if config.OS != "" && !here(p) {
		return nil, &PlatformError{platform, []string{p.String()}}
	}
	return config, nil
}

const platform = "linux/" + runtime.GOARCH

func here(p v1.Platform) bool { return p.OS == "linux" && p.Architecture == runtime.GOARCH }

// baseline are the variants of an architecture that all its machines run.
var baseline = []string{"", "v8", "v7", "v6", "v5"}

// choose takes from an index what is for this machine: the plainest variant
// if there are several, what names no platform if nothing else is there.
func choose(list []v1.Descriptor) (v1.Descriptor, error) {
	var unnamed []v1.Descriptor
	var have []string
	var fit []v1.Descriptor
	for _, d := range list {
		switch {
		case d.Platform == nil:
			unnamed = append(unnamed, d)
		case here(*d.Platform):
			fit = append(fit, d)
		case !slices.Contains(have, d.Platform.String()):
			have = append(have, d.Platform.String())
		}
	}
	for _, variant := range baseline {
		for _, d := range fit {
			if d.Platform.Variant == variant {
				return d, nil
			}
		}
	}
	switch candidates := append(fit, unnamed...); {
	case len(candidates) > 0:
		return candidates[0], nil
	case len(have) > 0:
		return v1.Descriptor{}, &PlatformError{platform, have}
	}
	return v1.Descriptor{}, errors.New("the image index is empty")
}

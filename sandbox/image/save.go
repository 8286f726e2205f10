package image

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// saved is what docker save and its likes write.
type saved struct {
	bundle
	limits Limits
}

// savedFile lists the images of a docker save tar;
// github.com/moby/docker-image-spec, spec.md, "Combined image JSON".
const savedFile = "manifest.json"

type savedImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

func (s saved) describe(context.Context) (blueprint, error) {
	raw, err := readFile(s.bundle, savedFile, s.limits)
	if err != nil {
		return blueprint{}, err
	}
	var list []savedImage
	if err := json.Unmarshal(raw, &list); err != nil {
		return blueprint{}, fmt.Errorf("read %s: %w", savedFile, err)
	}
	if len(list) != 1 {
		return blueprint{}, fmt.Errorf("the tar holds %d images (%q): save one alone", len(list), tagsOf(list))
	}
	return s.one(list[0])
}

func tagsOf(list []savedImage) []string {
	var tags []string
	for _, i := range list {
		tags = append(tags, i.RepoTags...)
	}
	return tags
}

func (s saved) one(i savedImage) (blueprint, error) {
	raw, err := readFile(s.bundle, i.Config, s.limits)
	if err != nil {
		return blueprint{}, err
	}
	digest, err := checkNamed(i.Config, raw)
	if err != nil {
		return blueprint{}, err
	}
	config, err := parseConfig(raw)
	if err != nil {
		return blueprint{}, err
	}
	if len(config.RootFS.DiffIDs) != len(i.Layers) {
		return blueprint{}, fmt.Errorf("the tar lists %d layers, the image's config %d", len(i.Layers), len(config.RootFS.DiffIDs))
	}
	b := newBlueprint(digest, config)
	for n, name := range i.Layers {
		rc, size, err := s.open(name)
		if err != nil {
			return b, fmt.Errorf("layer %d: %w", n+1, err)
		}
		rc.Close()
		b.layers = append(b.layers, layer{size: size, diffID: config.RootFS.DiffIDs[n], open: func(context.Context) (io.ReadCloser, error) {
			rc, _, err := s.open(name)
			return rc, err
		}})
	}
	return b, within("layers", int64(len(b.layers)), s.limits.Layers, "")
}

// checkNamed returns a config's digest. Its file is named after it: HEX.json,
// sha256:HEX or blobs/sha256/HEX.
func checkNamed(name string, raw []byte) (v1.Hash, error) {
	got := digestOf(raw)
	base := strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	if want, err := v1.NewHash("sha256:" + base); err == nil && want != got {
		return got, &DigestError{"config", want.String(), got.String()}
	}
	return got, nil
}

// isSaved tells whether a tar's manifest.json is docker save's, and not a
// file of that name in somebody's root.
func isSaved(m members, limits Limits) bool {
	raw, err := readFile(m, savedFile, limits)
	if err != nil || !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return false
	}
	var list []savedImage
	return json.Unmarshal(raw, &list) == nil && len(list) > 0 && list[0].Config != ""
}

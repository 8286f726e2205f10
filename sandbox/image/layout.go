package image

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Names in an OCI image layout; image-spec, image-layout.md.
const (
	layoutFile = "oci-layout"
	indexFile  = "index.json"
	blobsDir   = "blobs"
)

// layout is an OCI image layout.
type layout struct {
	bundle
	tag    string
	limits Limits
}

// blobs are the objects of a layout.
type blobs struct{ bundle }

func (b blobs) open(_ context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	rc, _, err := b.bundle.open(path.Join(blobsDir, d.Digest.Algorithm, d.Digest.Hex))
	return rc, err
}

func (l layout) describe(ctx context.Context) (blueprint, error) {
	raw, err := readFile(l.bundle, indexFile, l.limits)
	if err != nil {
		return blueprint{}, err
	}
	var index document
	if err := json.Unmarshal(raw, &index); err != nil {
		return blueprint{}, fmt.Errorf("read %s: %w", indexFile, err)
	}
	list, err := pick(index.Manifests, l.tag)
	if err != nil {
		return blueprint{}, err
	}
	top, err := choose(list)
	if err != nil {
		return blueprint{}, err
	}
	return describe(ctx, blobs{l.bundle}, top, l.limits)
}

// annotations that say in a layout's index which image is which.
var nameAnnotations = []string{"org.opencontainers.image.ref.name", "io.containerd.image.name"}

// pick takes the image with that tag from a layout's index.
func pick(list []v1.Descriptor, tag string) ([]v1.Descriptor, error) {
	var fit []v1.Descriptor
	var names []string
	for _, d := range list {
		for _, a := range nameAnnotations {
			name, ok := d.Annotations[a]
			if ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
			if ok && (name == tag || strings.HasSuffix(name, ":"+tag)) {
				fit = append(fit, d)
				break
			}
		}
	}
	switch {
	case tag != "" && len(fit) == 0:
		return nil, fmt.Errorf("the layout has no image %q, only %q", tag, names)
	case tag != "":
		return fit, nil
	case len(list) > 1 && ambiguous(list):
		return nil, fmt.Errorf("the layout has several images, name one as oci:DIR:TAG: %q", names)
	}
	return list, nil
}

// ambiguous tells whether a layout's index holds images of several names: one
// image for several platforms has one name, or none.
func ambiguous(list []v1.Descriptor) bool {
	name := func(d v1.Descriptor) string { return d.Annotations[nameAnnotations[0]] }
	return slices.ContainsFunc(list, func(d v1.Descriptor) bool { return name(d) != name(list[0]) })
}

func isLayoutTar(m members) bool {
	_, marked := m.at[layoutFile]
	_, indexed := m.at[indexFile]
	return marked && indexed
}

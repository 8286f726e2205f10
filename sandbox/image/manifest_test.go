package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// held are objects in memory.
type held map[v1.Hash][]byte

func (h held) open(_ context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	b, ok := h[d.Digest]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// put stores an object and returns its descriptor as JSON has it.
func (h held) put(kind types.MediaType, b string) v1.Descriptor {
	d := v1.Descriptor{MediaType: kind, Digest: digestOf([]byte(b)), Size: int64(len(b))}
	h[d.Digest] = []byte(b)
	return d
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDescribeRefuses gives manifests that are not what they should be.
func TestDescribeRefuses(t *testing.T) {
	objects := held{}
	config := func(diffs string) string {
		return jsonOf(t, objects.put(types.OCIConfigJSON, `{"os":"linux","architecture":"`+runtime.GOARCH+`","rootfs":{"type":"layers","diff_ids":[`+diffs+`]}}`))
	}
	layer := func(kind types.MediaType) string { return jsonOf(t, objects.put(kind, "layer")) }
	diff := `"` + digestOf([]byte("layer")).String() + `"`
	nested := v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: digestOf([]byte("none"))}
	for range maxIndexes + 1 {
		nested = objects.put(types.OCIImageIndex, `{"manifests":[`+jsonOf(t, nested)+`]}`)
	}
	for _, row := range []struct {
		name, manifest string
		kind           types.MediaType
		say            string
	}{
		{"not JSON", "hello", types.OCIManifestSchema1, "invalid character"},
		{"both an index and a manifest", `{"manifests":[],"layers":[],"config":` + config("") + `}`, types.OCIManifestSchema1, "at once"},
		{"an index that came as a manifest", `{"manifests":[]}`, types.OCIManifestSchema1, "something else"},
		{"a manifest that came as an index", `{"config":` + config("") + `,"layers":[]}`, types.OCIImageIndex, "something else"},
		{"a manifest that says it is another", `{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":` + config("") + `}`, types.OCIManifestSchema1, "came as"},
		{"Docker's first format", `{"fsLayers":[]}`, types.DockerManifestSchema1Signed, "first manifest format"},
		{"something else", `{}`, "text/plain", "no image manifest"},
		{"fewer layers than the config", `{"config":` + config(diff) + `,"layers":[]}`, types.OCIManifestSchema1, "0 layers, the config 1"},
		{"more layers than the config", `{"config":` + config("") + `,"layers":[` + layer(types.OCILayer) + `]}`, types.OCIManifestSchema1, "1 layers, the config 0"},
		{"a layer that is none", `{"config":` + config(diff) + `,"layers":[` + layer("application/wasm") + `]}`, types.OCIManifestSchema1, "no file system"},
		{"an unknown digest", `{"config":{"digest":"md5:0"},"layers":[]}`, types.OCIManifestSchema1, "hash"},
		{"a digest with a path", `{"config":{"digest":"sha256:../../etc/passwd"},"layers":[]}`, types.OCIManifestSchema1, "hash"},
		{"a config that is huge", `{"config":{"digest":` + diff + `,"size":99999999},"layers":[]}`, types.OCIManifestSchema1, "more than 4194304 bytes in a manifest"},
		{"a config of less than nothing", `{"config":{"digest":` + diff + `,"size":-1},"layers":[]}`, types.OCIManifestSchema1, "more than -1 bytes"},
		{"an empty index", `{"manifests":[]}`, types.OCIImageIndex, "empty"},
		{"indexes in one another", string(objects[nested.Digest]), types.OCIImageIndex, "indexes in one another"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := describe(context.Background(), objects, objects.put(row.kind, row.manifest), DefaultLimits())
			if err == nil || !strings.Contains(err.Error(), row.say) {
				t.Errorf("got %v, want %q", err, row.say)
			}
		})
	}
}

// TestDescribeDigest refuses a manifest that is not what was asked for.
func TestDescribeDigest(t *testing.T) {
	objects := held{}
	d := objects.put(types.OCIManifestSchema1, `{"a":1}`)
	objects[d.Digest] = []byte(`{"a":2}`)
	_, err := describe(context.Background(), objects, d, DefaultLimits())
	var wrong *DigestError
	if !errors.As(err, &wrong) || wrong.Want != d.Digest.String() || wrong.What != "manifest" {
		t.Error(err)
	}
}

// TestPick takes the image that a tag names out of a layout's index.
func TestPick(t *testing.T) {
	named := func(names ...string) []v1.Descriptor {
		var list []v1.Descriptor
		for i, n := range names {
			list = append(list, v1.Descriptor{Size: int64(i), Annotations: map[string]string{nameAnnotations[0]: n}})
		}
		return list
	}
	for _, row := range []struct {
		list []v1.Descriptor
		tag  string
		want []int64 // the sizes of what was picked
		say  string
	}{
		{named("a", "b"), "b", []int64{1}, ""},
		{named("x/y:a", "x/y:b"), "a", []int64{0}, ""},
		{named("a", "a"), "a", []int64{0, 1}, ""},
		{named("a"), "", []int64{0}, ""},
		{named("a", "a"), "", []int64{0, 1}, ""},
		{[]v1.Descriptor{{Size: 5}}, "", []int64{5}, ""},
		{named("a", "b"), "c", nil, `no image "c", only ["a" "b"]`},
		{named("a", "b"), "", nil, `several images`},
		{nil, "a", nil, "no image"},
	} {
		got, err := pick(row.list, row.tag)
		var sizes []int64
		for _, d := range got {
			sizes = append(sizes, d.Size)
		}
		if !slices.Equal(sizes, row.want) || row.say != "" && (err == nil || !strings.Contains(err.Error(), row.say)) || row.say == "" && err != nil {
			t.Errorf("tag %q of %v: got %v (%v), want %v %q", row.tag, row.list, sizes, err, row.want, row.say)
		}
	}
}

// TestChain uses the example that image-spec, config.md works out.
func TestChain(t *testing.T) {
	h := func(s string) v1.Hash { return digestOf([]byte(s)) }
	a, b, c := h("a"), h("b"), h("c")
	ab := digestOf(fmt.Appendf(nil, "%s %s", a, b))
	for _, row := range []struct {
		layers []v1.Hash
		want   v1.Hash
	}{
		{nil, h("")},
		{[]v1.Hash{a}, a},
		{[]v1.Hash{a, b}, ab},
		{[]v1.Hash{a, b, c}, digestOf(fmt.Appendf(nil, "%s %s", ab, c))},
	} {
		if got := chainOf(row.layers); got != row.want {
			t.Errorf("%v: got %s, want %s", row.layers, got, row.want)
		}
	}
}

func TestCommand(t *testing.T) {
	for _, row := range []struct {
		c    Config
		args []string
		want []string
	}{
		{Config{Cmd: []string{"sh"}}, nil, []string{"sh"}},
		{Config{Cmd: []string{"sh"}}, []string{"ls"}, []string{"ls"}},
		{Config{Entrypoint: []string{"run"}, Cmd: []string{"it"}}, nil, []string{"run", "it"}},
		{Config{Entrypoint: []string{"run"}, Cmd: []string{"it"}}, []string{"that"}, []string{"run", "that"}},
		{Config{}, nil, nil},
	} {
		if got := row.c.Command(row.args); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%+v with %q: got %q, want %q", row.c, row.args, got, row.want)
		}
	}
}

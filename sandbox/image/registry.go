package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// connection is an image in a registry. Connecting and logging in are
// go-containerregistry's. The two kinds of request that there are (GET of a
// manifest, GET of a blob; distribution-spec, "Pulling") are made here rather
// than in its package remote, which reports a wrong digest as text, follows
// URLs of the manifest's to other hosts, and reads 100 MiB of manifest.
type connection struct {
	ref    name.Reference
	limits Limits
	http   *http.Client
	pool   *http.Transport
	read   map[v1.Hash][]byte // manifests that have come
}

// patience is how long a registry may take to begin its answer. A body may
// take as long as it likes: the caller sees no progress, and can cancel.
const patience = 30 * time.Second

func connect(ctx context.Context, ref string, o Options) (*connection, error) {
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return nil, err
	}
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.ResponseHeaderTimeout = patience
	c := &connection{ref: parsed, limits: o.Limits, pool: pool, read: map[v1.Hash][]byte{}}
	repository := parsed.Context()
	t, err := transport.NewWithContext(ctx, repository.Registry, login(ctx, repository, o),
		transport.NewRetry(transport.NewUserAgent(pool, "tentpole")), []string{repository.Scope(transport.PullScope)})
	if err != nil {
		c.Close()
		return nil, c.explain(err)
	}
	c.http = &http.Client{Transport: t}
	return c, nil
}

// login is the user's own for docker or podman. One that cannot be read (a
// credential helper that is no longer there) is no reason to fail where none
// is needed.
func login(ctx context.Context, repository name.Repository, o Options) authn.Authenticator {
	if o.Anonymous {
		return authn.Anonymous
	}
	a, err := authn.Resolve(ctx, authn.DefaultKeychain, repository)
	if err != nil {
		return authn.Anonymous
	}
	return a
}

func (c *connection) Close() error {
	c.pool.CloseIdleConnections()
	return nil
}

// acceptable are the manifests that we understand.
var acceptable = strings.Join([]string{
	string(types.OCIManifestSchema1), string(types.DockerManifestSchema2),
	string(types.OCIImageIndex), string(types.DockerManifestList),
}, ", ")

func (c *connection) describe(ctx context.Context) (blueprint, error) {
	top, err := c.top(ctx)
	if err != nil {
		return blueprint{}, err
	}
	return describe(ctx, c, top, c.limits)
}

// top fetches what the reference names.
func (c *connection) top(ctx context.Context) (v1.Descriptor, error) {
	rc, kind, err := c.get(ctx, "manifests/"+c.ref.Identifier())
	if err != nil {
		return v1.Descriptor{}, err
	}
	defer rc.Close()
	raw, err := io.ReadAll(io.LimitReader(rc, c.limits.Document+1))
	if err != nil {
		return v1.Descriptor{}, c.explain(err)
	}
	top := v1.Descriptor{MediaType: kind, Size: int64(len(raw)), Digest: digestOf(raw)}
	if want, ok := c.ref.(name.Digest); ok {
		if top.Digest, err = v1.NewHash(want.DigestStr()); err != nil {
			return top, err
		}
	}
	c.read[top.Digest] = raw // describe verifies it
	return top, nil
}

func (c *connection) open(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	if raw, ok := c.read[d.Digest]; ok {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}
	kind := "blobs/"
	if d.MediaType.IsImage() || d.MediaType.IsIndex() {
		kind = "manifests/"
	}
	rc, _, err := c.get(ctx, kind+d.Digest.String())
	return rc, err
}

func (c *connection) get(ctx context.Context, what string) (io.ReadCloser, types.MediaType, error) {
	repository := c.ref.Context()
	url := fmt.Sprintf("%s://%s/v2/%s/%s", repository.Scheme(), repository.RegistryStr(), repository.RepositoryStr(), what)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("Accept", acceptable)
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, "", c.explain(err)
	}
	if err := transport.CheckError(answer, http.StatusOK); err != nil {
		answer.Body.Close()
		return nil, "", c.explain(err)
	}
	kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	return answer.Body, types.MediaType(strings.TrimSpace(kind)), nil
}

// remedies say what a person can do about a registry's refusal.
var remedies = map[int]string{
	http.StatusUnauthorized:    "check the spelling; for a private image log in with `docker login` or `podman login`",
	http.StatusForbidden:       "log in with `docker login` or `podman login` as somebody who may read it",
	http.StatusNotFound:        "check the spelling of name and tag",
	http.StatusTooManyRequests: "the registry limits how much one address may pull: log in, or try again later",
}

// offline is what can be done when there was no answer at all.
const offline = "without that registry, take an image from a file: `docker save IMAGE -o FILE` where it is"

// explain adds what was pulled and what a person can do. A cancelled pull
// needs no remedy.
func (c *connection) explain(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("pull %s: %w", familiar(c.ref), err)
	}
	var answer *transport.Error
	remedy := offline
	if errors.As(err, &answer) {
		remedy = remedies[answer.StatusCode]
	}
	if remedy == "" {
		return fmt.Errorf("pull %s: %w", familiar(c.ref), err)
	}
	return fmt.Errorf("pull %s: %w; %s", familiar(c.ref), err, remedy)
}

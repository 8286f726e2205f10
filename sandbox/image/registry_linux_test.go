package image

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// guarded is a registry that lets nobody in without a password.
func guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "me" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// dockerConfig is the user's ~/.docker/config.json for this test.
func dockerConfig(t *testing.T, content string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLogin pulls a private image with the user's docker login, and not
// without.
func TestLogin(t *testing.T) {
	host := serve(t, guarded)
	ref, err := name.ParseReference(host + "/private")
	if err != nil {
		t.Fatal(err)
	}
	img := imageOf(t, archive(t, file("a", "1")))
	if err := remote.Write(ref, img, remote.WithAuth(&authn.Basic{Username: "me", Password: "secret"})); err != nil {
		t.Fatal(err)
	}
	dockerConfig(t, fmt.Sprintf(`{"auths":{%q:{"username":"me","password":"secret"}}}`, host))
	s := newStore(t)
	if _, err := s.Pull(context.Background(), ref.Name(), nil); err == nil {
		t.Error("pulled anonymously")
	}
	s.options.Anonymous = false
	mustPull(t, s, ref.Name())
}

// TestLoginHelperGone pulls what needs no login although the user's credential
// helper is not installed.
func TestLoginHelperGone(t *testing.T) {
	dockerConfig(t, `{"credsStore":"that-nobody-has"}`)
	s := newStore(t)
	s.options.Anonymous = false
	mustPull(t, s, push(t, serve(t, nil), "public", imageOf(t, archive(t, file("a", "1")))))
}

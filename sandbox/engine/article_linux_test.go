package engine

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// TestArticle does what the article does by hand: a web server in a container,
// its port published as 8080; walk in, append a line to a file, leave; the page
// comes to the host, and the host finds the file with the line in it.
func TestArticle(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		ctx := context.Background()
		s := opened(t, e, sandbox.Spec{Publish: []network.Port{{Host: 8080, Inside: 80}}})
		server, err := s.Start(ctx, experiment.Command{Args: []string{"httpd", "-p", "80", "-h", "/var/www"}})
		if err != nil {
			t.Fatal(err)
		}
		if page := fetch(t, "http://127.0.0.1:8080/"); !strings.Contains(page, "It works") {
			t.Errorf("the page: %q", page)
		}
		line := "tentpole was here " + time.Now().String()
		walked, err := s.Start(ctx, experiment.Command{Args: []string{"sh", "-c", fmt.Sprintf("echo '%s' >> %s", line, experiment.DefaultPath)}})
		if err != nil {
			t.Fatal(err)
		}
		if status, err := walked.Wait(ctx); status.Code != 0 || err != nil {
			t.Fatalf("%+v, %v", status, err)
		}
		found, err := search.Find(ctx, search.Query{Name: path.Base(experiment.DefaultPath)})
		if err != nil {
			t.Fatal(err)
		}
		places := map[string]bool{}
		for _, h := range found.Hits {
			text, err := os.ReadFile(h.Path)
			if err == nil && string(text) == line+"\n" {
				places[placeOf(h.Path)] = true
			}
		}
		if !places["diff"] || !places["merged"] {
			t.Errorf("the file is found in %v, want diff and merged: %+v", places, found.Hits)
		}
		if err := server.Signal(9); err != nil {
			t.Error(err)
		}
	})
}

// placeOf is the directory of the overlay that a path lies in.
func placeOf(file string) string {
	return path.Base(strings.TrimSuffix(file, experiment.DefaultPath))
}

// fetch asks for a page until somebody listens.
func fetch(t *testing.T, url string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got, err := http.Get(url)
		if err == nil {
			defer got.Body.Close()
			page, _ := io.ReadAll(got.Body)
			return string(page)
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestSpec: what a spec asks for is there, and what an engine cannot be told is
// refused by name.
func TestSpec(t *testing.T) {
	each(t, func(t *testing.T, e *Engine) {
		ctx := context.Background()
		shown := t.TempDir()
		if err := os.WriteFile(path.Join(shown, "a"), []byte("shown\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		s := opened(t, e, sandbox.Spec{Hostname: "tent", Volumes: []sandbox.Volume{{Source: shown, Target: "/shown", ReadOnly: true}},
			Tmpfs: []sandbox.Tmpfs{{Target: "/scratch"}}, Limits: sandbox.DefaultLimits, Network: network.KindNone})
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		p, err := s.Start(ctx, experiment.Command{Args: []string{"sh", "-c", "hostname; cat /shown/a; touch /shown/b 2>/dev/null || echo read-only; touch /scratch/c && echo written"}, Stdout: w})
		w.Close()
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(r)
		if err != nil || string(said) != "tent\nshown\nread-only\nwritten\n" {
			t.Errorf("%q, %v", said, err)
		}
		p.Wait(ctx)
		layers := s.Describe().Layers
		for _, l := range []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.PID, sandbox.Net, sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.Seccomp} {
			if !layers.Has(l) {
				t.Errorf("%s is not among %v", l, layers)
			}
		}
		if got := s.Caught("/shown/b") + s.Caught("/scratch/c"); got != "" {
			t.Errorf("a volume and a tmpfs are caught at %s", got)
		}
	})
}

// TestRefused needs no engine: nothing is asked of it.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		spec sandbox.Spec
		word string
	}{
		{sandbox.Spec{Layers: sandbox.Set(sandbox.Time)}, "time"},
		{sandbox.Spec{Root: sandbox.RootOverlay}, "image"},
		{sandbox.Spec{ReadOnly: true}, "read-only"},
		{sandbox.Spec{Join: []sandbox.Join{{}}}, "namespaces"},
	} {
		_, err := Docker.body(c.spec)
		if err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%+v: %v", c.spec, err)
		}
	}
}

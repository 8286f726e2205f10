package seccomp

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLists(t *testing.T) {
	must := must(t)
	docker := must(Docker(on(AMD64)))
	tests := []struct {
		name   string
		policy Policy
		wants  map[string]string
	}{
		{"deny", must(Deny(AMD64, "mount", "unshare")), map[string]string{"mount": "errno EPERM", "unshare": "errno EPERM", "read": "allow", "listns": "allow"}},
		{"deny nothing", must(Deny(AMD64)), map[string]string{"mount": "allow"}},
		{"allow", must(Allow(AMD64, "read")), map[string]string{"read": "allow", "write": "errno EPERM", "rseq_slice_yield": "errno EPERM"}},
		{"docker and less", must(docker.Deny(AMD64, "socket", "clone3")), map[string]string{"socket": "errno EPERM", "clone3": "errno EPERM", "read": "allow"}},
		{"docker and more", must(docker.Allow(AMD64, "socket", "mount")), map[string]string{"socket": "allow", "mount": "allow", "unshare": "errno EPERM", "listns": "errno ENOSYS"}},
		{"docker and newer", must(docker.Allow(AMD64, "listns")), map[string]string{"listns": "allow", "file_setattr": "errno EPERM", "rseq_slice_yield": "errno ENOSYS"}},
		{"the last word", must(must(docker.Deny(AMD64, "read", "write")).Allow(AMD64, "write")), map[string]string{"read": "errno EPERM", "write": "allow"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			program := compiled(t, tt.policy, AMD64)
			agrees(t, tt.policy, program, everyNumber(), arguments)
			got := map[string]string{}
			for _, c := range program.calls {
				if _, ok := tt.wants[c.Name]; ok {
					got[c.Name] = words(c)
				}
			}
			if diff := cmp.Diff(tt.wants, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	if !reflect.DeepEqual(docker, must(Docker(on(AMD64)))) {
		t.Error("Deny or Allow has changed the policy that it was asked of")
	}
}

// TestNewer: a call that was made up after the policy does not exist for it.
func TestNewer(t *testing.T) {
	must := must(t)
	docker := must(Docker(on(AMD64)))
	for _, tt := range []struct {
		name   string
		policy Policy
		number uint32
		want   Action
	}{
		{"docker, the last it knows", docker, 466, allowed},
		{"docker, the next", docker, 467, absent},
		{"docker, none", docker, 5000, absent},
		{"docker, a hole", docker, 400, refused},
		{"allow, the last of the table", must(Allow(AMD64, "read")), 471, refused},
		{"allow, beyond", must(Allow(AMD64, "read")), 472, absent},
		{"deny, beyond", must(Deny(AMD64, "read")), 472, allowed},
		{"docker, skipped by a tracer", docker, skipped, absent},
		{"deny, skipped by a tracer", must(Deny(AMD64, "read")), skipped, allowed},
		{"deny, x32", must(Deny(AMD64, "read")), x32Bit | 39, foreign},
		{"deny, highest x32", must(Deny(AMD64, "read")), skipped - 1, foreign},
	} {
		if got := tt.policy.Decide(AMD64, tt.number, [6]uint64{}); got != tt.want {
			t.Errorf("%s (%d): %v, want %v", tt.name, tt.number, got, tt.want)
		}
	}
}

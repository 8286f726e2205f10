package network

import "testing"

func TestForwardingIsPutBack(t *testing.T) {
	needHost(t)
	for _, c := range []struct {
		name          string
		before        string            // ip_forward
		meanwhile     map[string]string // written by others while a sandbox is there
		during, after string            // of the uplink
	}{
		{name: "it was off", before: "0", during: "1", after: "0"},
		{name: "it was on", before: "1", during: "1", after: "1"},
		{name: "somebody switches all on", before: "0", during: "1", after: "1", meanwhile: map[string]string{"net/ipv4/ip_forward": "1"}},
		{name: "somebody switches this off", before: "0", during: "1", after: "0", meanwhile: map[string]string{"net/ipv4/conf/up0/forwarding": "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			// A new network namespace begins as the machine's first one is.
			if err := writeSysctl("net/ipv4/ip_forward", "0"); err != nil {
				t.Fatal(err)
			}
			unchanged(t)
			// Registered before the uplink, and so done after it is gone.
			t.Cleanup(func() { writeSysctl("net/ipv4/ip_forward", "0") })
			uplink(t)
			if err := writeSysctl("net/ipv4/ip_forward", c.before); err != nil {
				t.Fatal(err)
			}
			check := func(when, want string) {
				t.Helper()
				if got, _ := readSysctl("net/ipv4/conf/up0/forwarding"); got != want {
					t.Errorf("%s: %s, not %s", when, got, want)
				}
			}
			_, a := attach(t, tester(t), "x@1.1.boot")
			check("during", c.during)
			for key, value := range c.meanwhile {
				if err := writeSysctl(key, value); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			check("after", c.after)
		})
	}
}

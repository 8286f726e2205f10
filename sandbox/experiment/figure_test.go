package experiment

import "testing"

func TestNumbersForPeople(t *testing.T) {
	for _, c := range []struct {
		n    Number
		want string
	}{
		{Number{Value: 3}, "3"},
		{Number{Value: 2, Unit: "CPU"}, "2 CPUs"},
		{Number{Value: 1, Unit: "CPU"}, "1 CPU"},
		{Number{Value: 0.994, Unit: ""}, "0.99"},
		{Number{Value: 0.0071, Unit: "ms"}, "7.1 µs"},
		{Number{Value: 0.45, Unit: "ms", Least: 0, Most: 5.1, Runs: 5}, "450 µs (0 to 5.1 ms)"},
		{Number{Value: 0.5, Unit: "bytes"}, "0.5 B"},
		{Number{Value: 31.64, Unit: "ms", Least: 12.2, Most: 91.6, Runs: 5}, "31.6 ms (12.2 to 91.6 ms)"},
		{Number{Value: 31.64, Unit: "ms", Least: 0, Most: 91.6, Runs: 5}, "31.6 ms (0 to 91.6 ms)"},
		{Number{Value: 5090, Unit: "µs", Least: 900, Most: 34831, Runs: 3}, "5.1 ms (900 µs to 34.8 ms)"},
		{Number{Value: 25276510208, Unit: "bytes"}, "23.5 GiB"},
		{Number{Value: 720175824, Unit: "bytes/s"}, "687 MiB/s"},
		{Number{Value: 1320.833, Unit: "MB/s"}, "1321 MB/s"},
		{Number{Value: 7, Runs: 9, Least: 7, Most: 7}, "7"},
		{Number{Value: 2.5, Runs: 9, Least: 1, Most: 4}, "2.5 (1 to 4)"},
	} {
		if got := c.n.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.n, got, c.want)
		}
	}
}

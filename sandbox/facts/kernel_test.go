package facts

import "testing"

// TestTwoKernels: what two kernels number alike is not shared, and the board
// begins with who they are.
func TestTwoKernels(t *testing.T) {
	host := Facts{Kernel: Kernel{"6.18", "a"}, Namespaces: map[Namespace]uint64{"uts": 7}, Hostname: "host"}
	inside := Facts{Kernel: Kernel{"6.1", "b"}, Namespaces: map[Namespace]uint64{"uts": 7}, Hostname: "house"}
	b := Compare(host, inside)
	for id, want := range map[string]Row{
		"kernel":   {Host: "6.18", Inside: "6.1", Word: Own},
		"boot_id":  {Host: "a", Inside: "b", Word: Own},
		"ns.uts":   {Host: "7", Inside: "7", Word: Own},
		"hostname": {Host: "host", Inside: "house", Word: Own},
	} {
		if got, ok := b.Row(id); !ok || got.Host != want.Host || got.Inside != want.Inside || got.Word != want.Word {
			t.Errorf("%s: %+v", id, got)
		}
	}
	for i, id := range RowIDs() {
		if b.Rows[i].ID != id {
			t.Errorf("row %d is %s, and in the list %s", i, b.Rows[i].ID, id)
		}
	}
	inside.Kernel.Boot = ""
	if row, _ := Compare(host, inside).Row("boot_id"); row.Inside != "none" {
		t.Errorf("a kernel without a boot id: %+v", row)
	}
	for _, id := range []string{"kernel", "boot_id"} {
		if _, ok := Compare(host, host).Row(id); ok {
			t.Errorf("one kernel has the row %s", id)
		}
		if what, man := About(id); what == "" || man == "" {
			t.Errorf("nothing is said about %s", id)
		}
	}
}

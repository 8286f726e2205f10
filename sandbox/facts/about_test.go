package facts

import "testing"

// TestEveryRowIsExplained: whatever a board shows can be looked up, and nothing
// else is in the table.
func TestEveryRowIsExplained(t *testing.T) {
	rows := Compare(Facts{}, Facts{Kernel: Kernel{Boot: "another"}, Processes: []Process{}}, "/tmp").Rows
	for _, r := range rows {
		if what, man := About(r.ID); what == "" || man == "" {
			t.Errorf("%s is not explained", r.ID)
		}
	}
	if len(about) != len(rows) {
		t.Errorf("%d rows are explained, and a board has %d", len(about), len(rows))
	}
	if what, _ := About("other"); what != "" {
		t.Errorf("a row that no board has is %q", what)
	}
}

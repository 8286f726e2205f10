package subject

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestTable(t *testing.T) {
	names, shorts := map[string]bool{}, map[string]bool{}
	for _, k := range List() {
		if k.Name == "" || k.What == "" || k.Open == nil || utf8.RuneCountInString(k.Short) != 2 || k.Name != Sandbox && (k.Apart == "" || k.Needs == "") {
			t.Errorf("the row is not complete: %+v", k)
		}
		if _, err := sandbox.ParseStage(k.Name); err == nil {
			t.Errorf("%s is a stage as well", k.Name)
		}
		if names[k.Name] || shorts[k.Short] {
			t.Errorf("two rows %s, or two called %s", k.Name, k.Short)
		}
		names[k.Name], shorts[k.Short] = true, true
	}
}

func TestFindNamesTheKnown(t *testing.T) {
	if k, err := Find(Sandbox); err != nil || k.Name != Sandbox {
		t.Errorf("%v, %v", k, err)
	}
	_, err := Find("tent")
	if !sandbox.IsUsage(err) || !strings.Contains(err.Error(), Sandbox) {
		t.Errorf("%v", err)
	}
}

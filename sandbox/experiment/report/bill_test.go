package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/bill"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// someBill has four columns, with prices far apart, one that is missing, and one
// that failed.
func someBill(m features.Machine, evil string) *bill.Bill {
	b := &bill.Bill{Machine: m, Rounds: 5, Complete: true, Measures: experiment.Measures()}
	for i, name := range []string{"plain", "no-new-privs", "vm", "docker"} {
		c := bill.Column{Name: name}
		for k, measure := range b.Measures {
			p := bill.Price{Measure: measure.ID, Median: 2, Least: 1, Most: 3, Rounds: 5}
			switch {
			case i == 3 || i == 2 && k == 1:
				p = bill.Price{Measure: measure.ID, Reason: evil}
			case i == 2 && k == 0:
				p.Median, p.Least, p.Most = 2000, 1500, 2500
			case k == 2:
				p.Median, p.Least, p.Most = 0, 0, 0
			}
			c.Prices = append(c.Prices, p)
		}
		b.Columns = append(b.Columns, c)
	}
	b.Columns[3].Error = evil
	return b
}

// TestBillText: a row has its bar and its numbers, and what is n/a says why.
func TestBillText(t *testing.T) {
	var b bytes.Buffer
	if err := BillText(&b, *someBill(features.Machine{}, "it is not there"), 80); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"start: to a command's first instruction (bars are logarithmic",
		"2 s (1.5 to 2.5 s)", "×1000", "syscall: a system call, getppid (bars are linear)",
		"n/a docker: it failed: it is not there", "n/a vm, memory: it is not there",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// TestScale: on a logarithmic scale the least is a step long, and ten times as
// much is a step longer; nothing has no length.
func TestScale(t *testing.T) {
	for _, c := range []struct {
		scale
		value, want float64
	}{
		{scale{1, 4, false}, 2, 0.5},
		{scale{1, 4, false}, 0, 0},
		{scale{1, 1000, true}, 1, 0.25},
		{scale{1, 1000, true}, 10, 0.5},
		{scale{1, 1000, true}, 1000, 1},
		{scale{1, 1000, true}, 0, 0},
		{scale{}, 0, 0},
	} {
		if got := c.part(c.value); got != c.want {
			t.Errorf("%v of %+v: %v, want %v", c.value, c.scale, got, c.want)
		}
	}
}

func TestCellBar(t *testing.T) {
	for part, want := range map[float64]string{0: "    ", 0.001: "▏   ", 0.5: "██  ", 0.53: "██▏ ", 1: "████"} {
		if got := cellBar(part, 4); got != want {
			t.Errorf("%v: %q, want %q", part, got, want)
		}
	}
}

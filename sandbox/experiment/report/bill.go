package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/bill"
)

// billed is one measure of a bill, over all columns.
type billed struct {
	experiment.Measure
	Scale string // what the length of its bars says
	Rows  []billedRow
}

// billedRow is a column's price. Length, Least and Most are parts of the longest.
type billedRow struct {
	Name, Amount, Times string
	Known               bool
	Length, Least, Most float64
}

// billedMeasures turns a bill around: a block a measure, a row a column.
func billedMeasures(b bill.Bill) (list []billed) {
	for _, m := range b.Measures {
		s := scaleOf(b, m)
		one := billed{Measure: m, Scale: s.String()}
		base := b.Columns[0].Price(m.ID)
		for _, c := range b.Columns {
			p := c.Price(m.ID)
			row := billedRow{Name: c.Name, Amount: "n/a", Known: p.Known()}
			if row.Known {
				row.Amount = amount(m, p)
				row.Times = times(p, base)
				row.Length, row.Least, row.Most = s.part(p.Median), s.part(p.Least), s.part(p.Most)
			}
			one.Rows = append(one.Rows, row)
		}
		list = append(list, one)
	}
	return list
}

func amount(m experiment.Measure, p bill.Price) string {
	return experiment.Number{Value: p.Median, Least: p.Least, Most: p.Most, Unit: m.Unit, Runs: p.Rounds}.String()
}

// times compares with the first column.
func times(p, base bill.Price) string {
	if !base.Known() || base.Median <= 0 || p.Median <= 0 {
		return ""
	}
	return "×" + experiment.Figure(p.Median/base.Median)
}

// scale is how a value becomes a length.
type scale struct {
	least, most float64
	logarithmic bool
}

// wide is up to how many times the least the most may be for lengths to be read
// off one scale.
const wide = 20

// scaleOf spans what was measured. The least of values far apart could not be seen
// on a linear scale.
func scaleOf(b bill.Bill, m experiment.Measure) (s scale) {
	for _, c := range b.Columns {
		p := c.Price(m.ID)
		s.most = max(s.most, p.Most)
		if p.Median > 0 && (s.least == 0 || p.Median < s.least) {
			s.least = p.Median
		}
	}
	s.logarithmic = s.least > 0 && s.most > wide*s.least
	return s
}

// part is a length, from 0 to 1. On a logarithmic scale the least is one step
// long, and ten times as much is one step longer.
func (s scale) part(v float64) float64 {
	switch {
	case v <= 0 || s.most <= 0:
		return 0
	case s.logarithmic:
		return max(0, (1+math.Log10(v/s.least))/(1+math.Log10(s.most/s.least)))
	}
	return v / s.most
}

func (s scale) String() string {
	if s.logarithmic {
		return "logarithmic: each step is ten times as much"
	}
	return "linear"
}

// billLacks says once for each column why it, or a part of it, is not there.
func billLacks(b bill.Bill) (lines []string) {
	for _, c := range b.Columns {
		whole := c.Lacks
		if c.Error != "" {
			whole = "it failed: " + c.Error
		}
		if whole != "" {
			lines = append(lines, c.Name+": "+whole)
			continue
		}
		for _, p := range c.Prices {
			if !p.Known() {
				lines = append(lines, fmt.Sprintf("%s, %s: %s", c.Name, p.Measure, p.Reason))
			}
		}
	}
	return lines
}

// howMeasured says what the numbers are.
func howMeasured(b bill.Bill) string {
	text := fmt.Sprintf("Each number is the median over all rounds (%d), and in brackets the least and the most; × is how many times a plain process.", b.Rounds)
	if !b.Complete {
		text += " This was interrupted: some rounds are missing."
	}
	return text
}

// BillText writes a bill for a terminal of that width, as bars with numbers.
func BillText(w io.Writer, b bill.Bill, width int) error {
	out := bufio.NewWriter(w)
	for _, m := range billedMeasures(b) {
		fmt.Fprint(out, Wrap(fmt.Sprintf("%s: %s (bars are %s)", m.ID, m.What, m.Scale), "", "  ", width))
		m.text(out, width)
		fmt.Fprintln(out)
	}
	fmt.Fprint(out, Wrap(howMeasured(b), "", "", width))
	for _, line := range billLacks(b) {
		fmt.Fprint(out, Wrap(line, "n/a ", "  ", width))
	}
	fmt.Fprint(out, Wrap(b.Machine.String(), "", "  ", width))
	return out.Flush()
}

// mostCells and leastCells bound the length of a bar on a terminal.
const (
	mostCells  = 30
	leastCells = 6
)

// text writes a row a column: its name, its bar, its price.
func (m billed) text(out io.Writer, width int) {
	var names, amounts, ratios []string
	for _, r := range m.Rows {
		names, amounts, ratios = append(names, r.Name), append(amounts, r.Amount), append(ratios, r.Times)
	}
	name, price, ratio := widest(names), widest(amounts), widest(ratios)
	cells := min(width-name-price-ratio-8, mostCells)
	between := "  "
	if cells < leastCells { // the price goes into a line of its own
		cells, between = max(width-name-4, 1), "\n    "
	}
	for _, r := range m.Rows {
		fmt.Fprintf(out, "  %-*s  %s", name, r.Name, cellBar(r.Length, cells))
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%s%*s  %s", between, ratio, r.Times, r.Amount), " "))
	}
}

// eighths are the parts of a cell that a block fills.
var eighths = []rune(" ▏▎▍▌▋▊▉")

// cellBar draws a length in so many cells; what is there at all can be seen.
func cellBar(part float64, cells int) string {
	n := int(math.Round(part * float64(cells*len(eighths))))
	if part > 0 {
		n = max(n, 1)
	}
	bar := strings.Repeat("█", n/len(eighths))
	if rest := n % len(eighths); rest > 0 {
		bar += string(eighths[rest])
	}
	return bar + strings.Repeat(" ", max(cells-utf8.RuneCountInString(bar), 0))
}

// BillMarkdown writes a bill as a table for a README: a row a column, as it is
// longer than it is wide.
func BillMarkdown(w io.Writer, b bill.Bill) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "Measured on %s. %s\n\n", plain(b.Machine.String()), howMeasured(b))
	measures := billedMeasures(b)
	header := []string{""}
	for _, m := range measures {
		header = append(header, m.ID)
	}
	tableHead(out, header)
	for i, c := range b.Columns {
		cells := []string{"`" + c.Name + "`"}
		for _, m := range measures {
			cells = append(cells, plain(m.Rows[i].Amount))
		}
		tableRow(out, cells)
	}
	for _, line := range billLacks(b) {
		fmt.Fprintf(out, "\nn/a: %s.\n", plain(line))
	}
	return out.Flush()
}

// billView is a bill as the template wants it.
type billView struct {
	How      string
	Measures []billSeries
	Lacking  []string
}

type billSeries struct {
	series
	Scale string
}

func newBillView(b bill.Bill) *billView {
	v := &billView{How: howMeasured(b), Lacking: billLacks(b)}
	for _, m := range billedMeasures(b) {
		s := billSeries{series{What: m.ID + ": " + m.What}, m.Scale}
		for _, r := range m.Rows {
			s.Bars = append(s.Bars, r.bar())
		}
		v.Measures = append(v.Measures, s)
	}
	return v
}

// bar is in hundredths, with its number beside it.
func (r billedRow) bar() bar {
	const whole = 100
	hundredths := func(part float64) float64 { return math.Round(10*whole*part) / 10 }
	text := r.Amount
	if r.Times != "" {
		text += ", " + r.Times
	}
	return bar{Label: r.Name, Text: text, Value: hundredths(r.Length), Least: hundredths(r.Least), Most: hundredths(r.Most), Spread: r.Most > r.Least}
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// results are what a run of benchmarks came to.
type results struct {
	groups []*group // in the order of their appearance
	failed bool
}

// group holds the benchmarks that are compared with each other.
type group struct {
	name    string
	members []*member
}

// member is one benchmark, with one entry for each time it was measured.
type member struct {
	name string
	// took is in nanoseconds for one operation.
	took []float64
	// least is the shortest of each, where the benchmark reports it.
	least []float64
	// ratio is its time over tentpole's, where the benchmark measures both in
	// turns and reports that itself.
	ratio []float64
}

// benchmark is the line of one; the number at the end of the name is
// GOMAXPROCS, left out when it is 1.
var benchmark = regexp.MustCompile(`^Benchmark([^\s/]+)(?:/(\S+?))?(?:-\d+)?\s+\d+\s+(.*)$`)

// read takes the lines of `go test -bench`. What is neither a measurement nor
// part of the usual frame is passed on to rest.
func read(in io.Reader, rest io.Writer) (results, error) {
	var r results
	var cpu string // each package names it again
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := lines.Text()
		if m := benchmark.FindStringSubmatch(line); m != nil {
			if err := r.add(m[1], m[2], m[3]); err != nil {
				return r, fmt.Errorf("%q: %w", line, err)
			}
			continue
		}
		if strings.HasPrefix(line, "FAIL") || strings.HasPrefix(line, "--- FAIL") {
			r.failed = true
		}
		if !frame(line) && line != cpu {
			fmt.Fprintln(rest, line)
		}
		if strings.HasPrefix(line, "cpu:") {
			cpu = line
		}
	}
	return r, lines.Err()
}

// frame tells whether the line says nothing that the table does not.
func frame(line string) bool {
	for _, begin := range []string{"goos:", "goarch:", "pkg:", "PASS", "ok  \t"} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return line == ""
}

// add takes one measurement: pairs of a number and its unit.
func (r *results) add(groupName, name, measured string) error {
	values := map[string]float64{}
	fields := strings.Fields(measured)
	for i := 0; i+1 < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return err
		}
		values[fields[i+1]] = v
	}
	m := r.member(groupName, name)
	took := values["ns/op"]
	if peer, ok := values["peer-ms"]; ok { // ns/op holds both sides then
		took = peer * 1e6
	}
	m.took = append(m.took, took)
	if least, ok := values["least-ns"]; ok {
		m.least = append(m.least, least)
	}
	if ratio, ok := values["times-as-long"]; ok {
		m.ratio = append(m.ratio, ratio)
	}
	return nil
}

// member finds a benchmark, or makes room for it.
func (r *results) member(groupName, name string) *member {
	var g *group
	for _, have := range r.groups {
		if have.name == groupName {
			g = have
		}
	}
	if g == nil {
		g = &group{name: groupName}
		r.groups = append(r.groups, g)
	}
	for _, m := range g.members {
		if m.name == name {
			return m
		}
	}
	m := &member{name: name}
	g.members = append(g.members, m)
	return m
}

package lessons

import (
	"strings"
	"testing"
)

// Each case breaks testdata/good.md in one place. The error is compared whole,
// with its line, its column and its remedy.
var broken = []struct {
	name, old, new string
	want           string
}{
	// front matter
	{"no front matter", "---\nformat: 1", "format: 1",
		"good.md:1:1: the front matter is missing; begin with --- and the keys format, id, title, part, order, summary"},
	{"front matter without end", "root: host\n---\n", "root: host\n",
		"good.md:1:1: the front matter has no end; write --- on a line of its own below it"},
	{"format of tomorrow", "format: 1", "format: 2",
		"good.md:2:9: format 2 is not format 1; a newer tentpole may read it"},
	{"id is not the file's", "id: good", "id: bad",
		`good.md:1:1: the id is "bad" and the file is called "good.md"; rename one of them`},
	{"id with spaces", "id: good", "id: Good Lesson",
		`good.md:3:5: "Good Lesson" is not an id; use lower-case letters, digits and hyphens`},
	{"misspelt key", "objectives: [", "objektives: [",
		`good.md:8:1: front matter: there is no key "objektives"; did you mean objectives?`},
	{"missing key", "summary: It has one of everything.\n", "",
		"good.md:2:1: front matter: summary is missing; add summary:"},
	{"title empty", "title: A good lesson", "title:",
		"good.md:4:7: expected text, found nothing"},
	{"part no number", "part: 2", "part: two",
		`good.md:5:7: "two" is not a number from 0 to 10000`},
	{"layer unknown", "layers: [uts]", "layers: [utz]",
		`good.md:15:10: there is no layer "utz"; did you mean uts?`},
	{"layer twice", "layers: [uts]", "layers: [uts, uts]",
		`good.md:15:15: layer "uts" is there twice`},
	{"claim", "claims: [F5, I16]", "claims: [F5, i16]",
		`good.md:12:14: "i16" is not a claim such as F5`},
	{"list expected", "objectives: [know the format]", "objectives: know the format",
		"good.md:8:13: expected a list, found text; write [a, b] or one - a line"},
	{"not YAML", "part: 2", "part: [2",
		"good.md:6:1: front matter: not YAML: ',' or ']' must be specified"},
	{"value with a colon", "summary: It has one", "summary: Note: it has one",
		"good.md:7:10: front matter: not YAML: mapping value is not allowed in this context; a value with a colon in it needs quotes"},
	{"duplicate key", "part: 2", "part: 2\npart: 3",
		`good.md:6:1: front matter: not YAML: mapping key "part" already defined`},
	{"anchor", "title: A good lesson", "title: &t A good lesson",
		"good.md:4:8: expected text, found YAML that is not part of the format (Anchor)"},

	// structure
	{"text before the first step", "# A good lesson\n", "# A good lesson\n\nHello.\n",
		"good.md:21:1: text before the first step; put it below a heading with ##"},
	{"second #", "### A heading", "# A heading",
		"good.md:58:1: a second heading with a single #; steps are headings with ##"},
	{"underlined heading", "The end.", "The end.\n---",
		"good.md:60:1: a heading made by underlining; write ## Title, or leave a blank line above ---"},
	{"step without directive", "## Answer it\n\n<!-- step\nid: answer-it\nkind: quiz\n-->\n", "## Answer it\n",
		`good.md:145:1: the step "Answer it" has no step directive; write <!-- step and its keys right below the heading` + "\n" +
			"good.md:147:1: quiz before step; the step directive comes first, right below the heading"},
	{"directive not below the heading", "## What you saw\n", "## What you saw\n\nIt.\n",
		"good.md:163:1: text between the heading and its step directive; move it right below the heading"},
	{"directive unknown", "<!-- predict\n", "<!-- pridict\n",
		`good.md:78:6: there is no directive "pridict"; did you mean predict?`},
	{"comment unknown", "<!-- # a comment", "<!-- a comment",
		`good.md:56:6: there is no directive "a"; a comment that is for authors begins with #`},
	{"comment not closed", "debrief: saw\n-->", "debrief: saw\n",
		"good.md:161:1: the comment is not closed; write --> below it"},
	{"text behind a comment", "<!-- after -->", "<!-- after --> Well,",
		"good.md:88:15: text behind the end of a comment; begin a new line after -->"},
	{"directive in a list", "Before.", "- item\n\n  <!-- after -->",
		"good.md:78:3: a directive inside other text has no effect; put it on a line of its own at the left margin"},
	{"directive in a line", "Before.", "Bäfore. <!-- after -->",
		"good.md:76:9: a directive inside other text has no effect; put it on a line of its own at the left margin"},
	{"directive before the first step", "## What is this?\n", "<!-- after -->\n\n## What is this?\n",
		"good.md:25:1: the directive after belongs to no step; put it below a heading with ##"},
	{"twice", "<!-- after -->", "<!-- after -->\n\n<!-- after -->",
		"good.md:90:1: a second after in one step"},
	{"only not closed", "For users.\n\n<!-- end -->", "For users.",
		"good.md:38:1: only inside only; write <!-- end --> first"},
	{"only never closed", "For root.\n\n<!-- end -->", "For root.",
		"good.md:40:1: only root is not closed; write <!-- end --> below it"},
	{"end without only", "<!-- only user -->\n", "",
		"good.md:37:1: end without only"},
	{"only for whom", "<!-- only user -->", "<!-- only usr -->",
		`good.md:34:11: there is no kind of learner "usr"; did you mean user?`},
	{"other HTML", "Before.", "<img src=x>",
		"good.md:76:1: HTML other than a hint or a solution; leave a blank line around <details>, <summary> and </details>; write everything else as Markdown"},
	{"details not closed", "hostname tent\n```\n\n</details>", "hostname tent\n```\n",
		"good.md:137:1: <details> is not closed; write </details> below it"},
	{"hint out of order", "Hint 2", "Hint 3",
		`good.md:119:1: "Hint 3" is not the next hint; write Hint 2 or Solution` + "\n" +
			`good.md:131:1: "Hint 3" is not the next hint; write Hint 2 or Solution`},
	{"summary unknown", "<summary>Solution", "<summary>Answer",
		`good.md:137:1: "Answer" is not the next hint; write Hint 4 or Solution`},
	{"details without blank line", "<details><summary>Hint 1</summary>\n\nOne.", "<details><summary>Hint 1</summary>\nOne.",
		"good.md:114:1: HTML other than a hint or a solution; leave a blank line around <details>, <summary> and </details>; write everything else as Markdown"},

	// steps
	{"step key misspelt", "experiment: file", "experimant: file",
		`good.md:68:1: step: there is no key "experimant"; did you mean experiment?`},
	{"kind unknown", "kind: run", "kind: rum",
		`good.md:66:7: there is no kind of step "rum"; did you mean run?`},
	{"step id twice", "id: do-it,", "id: run-it,",
		`good.md:98:1: a second step with the id "run-it"`},
	{"experiment unknown", "experiment: file", "experiment: flie",
		`good.md:68:13: there is no experiment "flie"; did you mean file?`},
	{"row unknown", "observe: [ns.mount, mounts]", "observe: [ns.mount, mount]",
		`good.md:70:21: there is no row on the board "mount"; did you mean mounts?`},
	{"outcome unknown", "expect: open", "expect: opened",
		`good.md:71:9: there is no outcome "opened"; did you mean open?`},
	{"variant outcome unknown", "user: {expect: one-way}", "user: {expect: oneway}",
		`good.md:73:18: there is no outcome "oneway"; did you mean one-way?`},
	{"layer there already", "add: [mount]", "add: [uts]",
		"good.md:67:1: the layer uts is there already; leave it out"},
	{"add and layers", "add: [mount]", "add: [mount]\nlayers: [pid]",
		"good.md:67:1: both add and layers; keep one of them"},
	{"keep and add", "sandbox: keep}", "sandbox: keep, add: [pid]}",
		"good.md:98:50: a sandbox that is kept does not change; leave add out"},
	{"nothing to keep", "add: [mount]", "sandbox: keep",
		"good.md:67:1: there is no sandbox to keep yet; leave the key out"},
	{"read with a sandbox", "kind: read\n-->\n\nCommon", "kind: read\nroot: overlay\n-->\n\nCommon",
		"good.md:30:1: a step of kind read has no sandbox; leave root out"},
	{"expect without experiment", "experiment: file\nwith: {path: /tmp/f, depth: 3}\n", "",
		"good.md:69:1: there is no experiment in this step; leave expect out" + "\n" +
			"good.md:70:1: it states an outcome, and there is no experiment in this step; leave variant out"},
	{"debrief on a run", "kind: run", "kind: run\ndebrief: saw",
		"good.md:67:1: only a step of kind read is a debrief; leave debrief out"},
	{"task without parts", "kind: run\n", "kind: task\n",
		"good.md:64:1: a step of kind task needs a task directive; write <!-- task … -->" + "\n" +
			"good.md:68:1: only a step of kind run has an experiment; leave experiment out" + "\n" +
			"good.md:69:1: only a step of kind run has an experiment; leave with out" + "\n" +
			"good.md:71:1: only a step of kind run has an experiment; leave expect out" + "\n" +
			"good.md:72:1: it states an outcome, and there is no experiment in this step; leave variant out" + "\n" +
			"good.md:78:1: a step of kind task has no predict"},
	{"quiz in a run", "<!-- after -->", "<!-- quiz {ask: a, options: [{id: a, text: a, right: true}, {id: b, text: b}]} -->",
		"good.md:88:1: a step of kind run has no quiz"},
	{"hint on a read step", "It.\n", "It.\n\n<details><summary>Hint 1</summary>\n\nA.\n\n</details>\n",
		"good.md:161:1: a step of kind read has no hint"},

	// questions and conditions
	{"fact misspelt", "inside.hostname !=", "inside.hostnam !=",
		`good.md:106:18: condition: there is no fact "hostnam" here; did you mean hostname?`},
	{"fact misspelt in quotes", `'outcome != "open"'`, `'outcom != "open"'`,
		`good.md:85:40: condition: there is no fact "outcom"; did you mean outcome?`},
	{"function misspelt", `inside.file("/tmp/f").exists`, `inside.fil("/tmp/f").exists`,
		`good.md:110:18: condition: there is no fact "fil" here; did you mean file?`},
	{"property misspelt", `inside.file("/tmp/f").exists`, `inside.file("/tmp/f").exist`,
		`good.md:110:33: condition: there is no fact "exist" here; did you mean exists?`},
	{"types", "inside.hostname != host.hostname", "inside.hostname != host.pid",
		"good.md:106:27: condition: invalid operation: != (mismatched types text and a number)"},
	{"no yes or no", "inside.hostname != host.hostname", "inside.hostname",
		"good.md:106:11: condition: expected yes or no, but got text"},
	{"syntax", "inside.hostname != host.hostname", "inside.hostname !=",
		"good.md:106:28: condition: unexpected token EOF"},
	{"loop", "inside.hostname != host.hostname", "'all(1..1000000, # > 0)'",
		"good.md:106:17: condition: a range is not part of the language of conditions; compare facts with == != < > in, and join with and, or, not"},
	{"range", "inside.hostname != host.hostname", "1 in 1..1000000",
		"good.md:106:17: condition: a range is not part of the language of conditions; compare facts with == != < > in, and join with and, or, not"},
	{"let", "inside.hostname != host.hostname", "let x = 1; x == 1",
		"good.md:106:15: condition: let is not part of the language of conditions; compare facts with == != < > in, and join with and, or, not"},
	{"builtin not offered", "inside.hostname != host.hostname", "now() == now()",
		`good.md:106:11: condition: there is no fact "now"; one of: outcome, reason, observed, number, inside, host, cgroup, volume, KiB, MiB, GiB, unlimited, len, string, int, lower, upper, trim`},
	{"option without when", "    when: outcome == \"open\"\n", "",
		"good.md:81:5: option: when is missing; add when:"},
	{"option twice", "id: else", "id: open",
		`good.md:85:5: a second option with the id "open"`},
	{"one option", "  - {id: else, text: it is not, when: 'outcome != \"open\"', say: Not found.}\n", "",
		"good.md:81:3: predict: there must be two options or more"},
	{"no right answer", "right: true, ", "",
		"good.md:155:3: quiz: no option is right; write right: true at one of them"},
	{"right is no flag", "right: true", "right: yes",
		"good.md:155:3: quiz: no option is right; write right: true at one of them" + "\n" +
			"good.md:155:39: expected true or false, found text"},
	{"ask missing", "ask: Which?\n", "",
		"good.md:153:1: quiz: ask is missing; add ask:"},

	// bounds
	{"NUL", "It.", "I\x00t.",
		"good.md:167:2: a NUL byte"},
	{"not UTF-8", "It.", "ä\xfft.",
		"good.md:167:2: not UTF-8 text; save the file as UTF-8"},
	{"long line", "It.", strings.Repeat("x", maxLine+1),
		"good.md:167:1001: the line is longer than 1000 characters; break the line"},
	{"large file", "It.", strings.Repeat("x\n", MaxFile),
		"good.md:1:1: the file is larger than 1048576 bytes; split the lesson"},
	{"brackets", "objectives: [know the format]", "objectives: " + strings.Repeat("[", maxBrackets+1),
		"good.md:2:1: front matter: more than 200 brackets"},
	{"large directive", "ask: Which?\n", strings.Repeat("#\n", maxYAML),
		"good.md:152:1: more than 8192 bytes of YAML in one directive, or 65536 in a lesson"},
}

func TestBroken(t *testing.T) {
	source := goodSource(t)
	for _, c := range broken {
		t.Run(c.name, func(t *testing.T) {
			l, err := load(replaced(t, source, c.old, c.new))
			if err == nil {
				t.Fatalf("loaded: %v", l.ID)
			}
			if got := err.Error(); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

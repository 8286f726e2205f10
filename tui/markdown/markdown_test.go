package markdown

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// drawn is a text without its inks.
func drawn(markdown string, width int) string {
	return ansi.Strip(strings.Join(Lines(styles.New(styles.Dark, false), markdown, width), "\n"))
}

func everything(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/everything.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEverything(t *testing.T) {
	for _, width := range []int{76, 40, 16} {
		tuitest.Golden(t, fmt.Sprintf("everything-%d", width), drawn(everything(t), width)+"\n")
	}
}

func TestBlocks(t *testing.T) {
	for _, c := range []struct{ name, markdown, want string }{
		{"paragraph", "One\ntwo *three*.", "One two three."},
		{"two paragraphs", "One.\n\n\n\nTwo.", "One.\n\nTwo."},
		{"hard breaks", "one  \ntwo\\\nthree", "one\ntwo\nthree"},
		{"a wrapped item", "- **One** item that goes on\n  over the `end` of a line.\n- two\n\nAfter.", "• One item that goes on over the\n  `end` of a line.\n• two\n\nAfter."},
		{"numbers", "1. first item that is longer than one\n   line\n2. second", "1. first item that is longer than\n   one line\n2. second"},
		{"numbers of two widths", "9. nine\n10. ten", " 9. nine\n10. ten"},
		{"loose list", "- one\n\n- two", "• one\n\n• two"},
		{"nested lists", "- a\n  - b\n    - c\n- d", "• a\n  – b\n    – c\n• d"},
		{"item without a text", "- a\n-\n- b", "• a\n•\n• b"},
		{"tasks", "- [x] done\n- [X] too\n- [ ] not\n- [y] no task\n- [x]no task", "[x] done\n[x] too\n[ ] not\n• [y] no task\n• [x]no task"},
		{"quote", "> quoted\n> text that is longer than one line\n\nplain", "│ quoted text that is longer than\n│ one line\n\nplain"},
		{"quote of a list", "> - a\n>\n>   b", "│ • a\n│\n│   b"},
		{"rule", "a\n\n---\n\nb", "a\n\n" + strings.Repeat("─", 36) + "\n\nb"},
		{"code", "Type:\n\n```sh\nmount -t tmpfs tmpfs /tmp\n- no item\n  of a list\n```", "Type:\n\n    mount -t tmpfs tmpfs /tmp\n    - no item\n      of a list"},
		{"code with empty lines", "```\n\na\n\n\nb\n\n```", "    a\n\n\n    b"},
		{"code with tabs", "```\n\ta\nab\tb\n```", "        a\n    ab  b"},
		{"code in an item", "- a\n\n  ```\n  b\n  ```", "• a\n\n      b"},
		{"wide code", "```\nunshare --map-root-user --pid --fork sh\n```", "    unshare --map-root-user --pid\n  › --fork sh"},
		{"wide code without blanks", "```\n" + strings.Repeat("x", 40) + "\n```", "    " + strings.Repeat("x", 32) + "\n  › " + strings.Repeat("x", 8)},
		{"link", "[text](https://x.org)", "text (https://x.org)"},
		{"link that says where", "[x.org](x.org) <https://x.org> [a@x.org](mailto:a@x.org) <a@x.org>", "x.org https://x.org a@x.org a@x.org"},
		{"link by reference", "[text][a]\n\n[a]: https://x.org", "text (https://x.org)"},
		{"image", "![a tent](a.png) ![](b.png)", "[a tent] []"},
		{"comments", "a <!-- b --> c\n\n<!-- d\n\ne -->\n\nf", "a c\n\nf"},
		{"comment in a block", "<div>\n<!-- a -->\nb <!-- c --> d\n</div>", "<div>\nb  d\n</div>"},
		{"comment without an end", "a\n\n<!-- b\n\nc", "a"},
		{"HTML", "a <b>c</b>\n\n<details>\n</details>", "a <b>c</b>\n\n<details>\n</details>"},
		{"escapes and entities", `a \* b &amp; c &lt; \` + "`d`", "a * b & c < `d`"},
		{"no escapes in code", "`a \\* &amp;`", "`a \\* &amp;`"},
		{"blanks", "a  b\t c\r\nd", "a b c d"},
		{"table", "| a | bb |\n|---|---|\n| `c` | d |", "a    bb\n───  ──\n`c`  d"},
		{"table, aligned", "a|b|c\n:-|:-:|-:\nxxxx|xxxx|xxxx", "a      b       c\n────  ────  ────\nxxxx  xxxx  xxxx"},
		{"table, wrapped", "a|b\n-|-\nx|a cell that is far too wide for this\ny|z", "a  b\n─  ─────────────────────────────────\nx  a cell that is far too wide for\n   this\n\ny  z"},
		{"table, words stay whole", "a|b|c\n-|-|-\nthirteen_wide|a cell of some words|and one more such cell", "a              b          c\n─────────────  ─────────  ──────────\nthirteen_wide  a cell of  and one\n               some       more such\n               words      cell"},
		{"table without a head", "| |\n|-|\n| a |", "─\na"},
		{"table below a line", "line\na|b\n-|-\nx|y", "line\n\na  b\n─  ─\nx  y"},
		{"table, too many columns", "one|two|three|four|five|six\n-|-|-|-|-|-\nabcdefgh|abcdefgh||abcdefgh|abcdefgh|abcdefgh\n1|2", "one: abcdefgh\ntwo: abcdefgh\nfour: abcdefgh\nfive: abcdefgh\nsix: abcdefgh\n\none: 1\ntwo: 2"},
		{"no table", "a|b\n-|-|-\n\na | b", "a|b -|-|-\n\na | b"},
		{"nothing", " \n<!-- -->\n", ""},
		{"wide letters", "漢字とかなの長い文章です。これは折り返されます。", "漢字とかなの長い文章です。これは折り\n返されます。"},
		{"punctuation of wide letters", "あいうえおかきくけこさしすせそたちつ、「て」", "あいうえおかきくけこさしすせそたち\nつ、「て」"},
		{"a long path", "/sys/fs/cgroup/system.slice/a.service/cgroup.procs", "/sys/fs/cgroup/system.slice/\na.service/cgroup.procs"},
		{"options stay whole", "a word another and one more --mount-proc", "a word another and one more\n--mount-proc"},
	} {
		if got := drawn(c.markdown, 36); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestShortCode: code of a few words stays in one piece where there is room.
func TestShortCode(t *testing.T) {
	for _, c := range []struct {
		width          int
		markdown, want string
	}{
		{40, "A line that ends in the middle of `echo\n$!` here", "A line that ends in the middle of\n`echo $!` here"},
		{39, "A line that ends in the middle of `echo $!` here", "A line that ends in the middle of `echo\n$!` here"},
		{40, "A line that ends in `ps -o pid,args -p PID` here", "A line that ends in `ps -o pid,args -p\nPID` here"},
	} {
		if got := drawn(c.markdown, c.width); got != c.want {
			t.Errorf("%d, %s:\n%s\nwant\n%s", c.width, c.markdown, got, c.want)
		}
	}
}

// TestInks: what is set apart is so by weight or a mark in every theme, and by
// a colour where the theme has them.
func TestInks(t *testing.T) {
	for _, c := range []struct{ markdown, none, dark string }{
		{"**a**", "<1>a<>", "<1>a<>"},
		{"*a*", "<3>a<>", "<3>a<>"},
		{"~~a b~~", "<9>a b<>", "<9>a b<>"},
		{"***a* b**", "<1;3>a<><1> b<>", "<1;3>a<><1> b<>"},
		{"[a](b)", "<4>a<> (b)", "<4>a<> (b)"},
		{"`a`", "`a`", "<f>`<><c>a<><f>`<>"},
		{"# a `b`", "<1>a `b`<>", "<1;t>a <><1;f>`<><1;c>b<><1;f>`<>"},
		{"#### a", "<1;3>a<>", "<1;3>a<>"},
		{"```\na $ # b\n```", "    a $ # b", "    <c>a $ # b<>"},
		{"```sh\n# a\nb#b 'c # d' # e\n```", "    # a\n    b#b 'c # d' # e", "    <f># a<>\n    <c>b#b 'c # d' <><f># e<>"},
		{"```sh\n$ a \\\nb\nc\n# d\n```", "    <1>$ <>a \\\n    b\n    c\n    # d", "    <1>$ <><c>a \\<>\n    <c>b<>\n    c\n    # d"},
		{"```console\n# a\nb\n```", "    <1># <>a\n    b", "    <1># <><c>a<>\n    b"},
		{"> a", "│ a", "<f>│<> a"},
		{"a|b\n-|-\nc|d", "<1>a<>  <1>b<>\n─  ─\nc  d", "<1>a<>  <1>b<>\n<f>─<>  <f>─<>\nc  d"},
		{"**a b c d e f g h i j k l m n o p q r s t**", "<1>a b c d e f g h i j k l m n o p q r<>\n<1>s t<>", "<1>a b c d e f g h i j k l m n o p q r<>\n<1>s t<>"},
	} {
		for theme, want := range map[styles.Theme]string{styles.None: c.none, styles.Dark: c.dark} {
			if got := named(strings.Join(Lines(styles.New(theme, false), c.markdown, 36), "\n")); got != want {
				t.Errorf("%s, %q:\n got %q\nwant %q", theme, c.markdown, got, want)
			}
		}
	}
}

// named writes escape sequences so that they can be read, and the colours of
// the dark theme as a letter: code, faint, title.
func named(s string) string {
	s = regexp.MustCompile("\x1b\\[([0-9;]*)m").ReplaceAllString(s, "<$1>")
	return strings.NewReplacer("38;2;195;181;232", "c", "38;2;148;148;148", "f", "38;2;230;225;207", "t").Replace(s)
}

// TestASCII: every mark has a letter that stands for it where only ASCII can be
// shown.
func TestASCII(t *testing.T) {
	folded := styles.Fold(drawn("- a\n  - b\n\n> c\n\n---\n\n```\n"+strings.Repeat("x", 50)+"\n```\n\na|b\n-|-\nc|d", 36))
	if i := strings.IndexFunc(folded, func(r rune) bool { return r > 0x7e }); i >= 0 || strings.Contains(folded, "?") {
		t.Errorf("not all of it can be folded:\n%s", folded)
	}
}

var escape = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// weights are the escape sequences that are no colours: weight, slant,
// underline, strike, and their end.
var weights = regexp.MustCompile(`^([1349](;[1349])*)?$`)

// TestLines: whatever the text and the width, no line is wider, all begin and
// end in the terminal's own style, nothing that a terminal obeys comes through,
// and the theme none has no colours.
func TestLines(t *testing.T) {
	themes := []styles.Theme{styles.Dark, styles.Light, styles.None}
	rapid.Check(t, func(t *rapid.T) {
		source := markdowns().Draw(t, "markdown")
		width := rapid.IntRange(10, 140).Draw(t, "width")
		theme := rapid.SampledFrom(themes).Draw(t, "theme")
		lines := Lines(styles.New(theme, false), source, width)
		for _, line := range lines {
			if w := ansi.StringWidth(line); w > width {
				t.Fatalf("%d wide: %q", w, line)
			}
			plain := escape.ReplaceAllString(line, "")
			if plain != facts.Clean(plain) {
				t.Fatalf("a terminal would obey this: %q", line)
			}
			open := ""
			for _, e := range escape.FindAllStringSubmatch(line, -1) {
				if open = e[1]; theme == styles.None && !weights.MatchString(open) {
					t.Fatalf("a colour: %q", line)
				}
			}
			if open != "" {
				t.Fatalf("goes on in the next line: %q", line)
			}
		}
		if n := len(lines); n > 0 && (lines[0] == "" || lines[n-1] == "") {
			t.Fatalf("an empty line at an end: %q", lines)
		}
	})
}

// TestClean: what a terminal would obey is shown as its number, wherever it
// stands and however it is written.
func TestClean(t *testing.T) {
	for _, frame := range []string{
		"%s", "# %s", "- %s", "> %s", "`%s`", "**%s**", "~~%s~~", "[%s](a)", "[a](<%s>)", "[a][b]\n\n[b]: <%s>", "<https://x.org/%s>", "![%s](a)",
		"a|b\n-|-\n%s|", "%s|b\n-|-\na|", "```\n%s\n```", "```sh\n# %s\n```", "```sh\n$ %s\n```", "    %s", "<p>%s", "a <b title='%s'> c", "- [ ] %s",
	} {
		for _, evil := range []string{"\x1b[2J", "\x1b]0;a\a", "\u009b2J", "\x7f", "\b", "\u202e", "\u2066", "\x9b", "&#27;", "&#x9b;", "&#8238;"} {
			for _, line := range Lines(styles.New(styles.None, false), fmt.Sprintf(frame, "x"+evil+"y"), 60) {
				if plain := escape.ReplaceAllString(line, ""); plain != facts.Clean(plain) {
					t.Errorf("%q with %q: %q", frame, evil, line)
				}
			}
		}
	}
}

// markdowns are texts of pieces that mean something in Markdown, to a terminal
// or to the width of a line.
func markdowns() *rapid.Generator[string] {
	pieces := []string{
		"\n", "\n\n", "  \n", "\\\n", " ", "    ", "\t", "\r", "- ", "* ", "1. ", "999999999. ", "> ", "# ", "###### ", "[ ] ", "[x] ",
		"*", "**", "_", "~", "~~", "`", "``", "```", "```sh\n", "```console\n$ ", "~~~\n", "|", "|-|-|\n", ":-:|-:|-\n", "\\|", "---\n", "===\n",
		"[", "](", ")", "![", "[a]: b\n", "<", ">", "<!--", "-->", "<b>", "</details>\n", "<https://x.org/a/b>", "&#27;[31m", "&#x202e;", "&nbsp;", "&amp;",
		"\x1b[31m", "\x1b]0;a\a", "\x00", "\x7f", "\u009b", "\u202e", "\u2028", "\ufeff", "\xff", "e\u0301", "\u0301", "\ufe0f", "❤", "\u200d", "👩\u200d👧", "👍🏽", "🇩", "🇩🇪",
		"漢字", "かな、", "「", "。", "한국어", "ภาษาไทย", "\u00a0", "\u3000", "word", "a-hyphen", "/a/path/of/parts", strings.Repeat("long", 40),
		"$ a # b\n", "'", "\"", "#", "A sentence of some words.",
	}
	piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.SampledFrom(pieces), rapid.String())
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces"), "")
	})
}

// TestNarrow: there is no width that it panics at, none is exceeded, and what
// is nested too deep to be indented is shown.
func TestNarrow(t *testing.T) {
	deep := strings.Repeat("> - ", 40) + "depth"
	for width := -1; width < 24; width++ {
		all := drawn(everything(t)+"\n\n"+deep, width)
		if width >= least && !strings.Contains(all, "depth") {
			t.Errorf("%d: the innermost text is gone:\n%s", width, all)
		}
		for _, line := range strings.Split(all, "\n") {
			if w := ansi.StringWidth(line); w > max(width, 1) {
				t.Fatalf("%d: %d wide: %q", width, w, line)
			}
		}
	}
}

// TestWords: wrapping moves words and loses none.
func TestWords(t *testing.T) {
	words := rapid.SliceOfN(rapid.StringMatching(`[a-z漢字é👍]{1,30}`), 1, 60)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(words.Draw(t, "words"), " ")
		width := rapid.IntRange(10, 140).Draw(t, "width")
		for _, frame := range []string{"%s", "- %s", "> %s", "a|b\n-|-\n|%s", "**%s**", "```sh\n%s\n```"} {
			got := drawn(fmt.Sprintf(frame, text), width)
			got = strings.NewReplacer("\n", "", " ", "", "•", "", "│", "", "›", "", "─", "").Replace(got)
			if want := strings.ReplaceAll(text, " ", ""); !strings.HasSuffix(got, want) {
				t.Fatalf("%s at %d:\n got %q\nwant %q", frame, width, got, want)
			}
		}
	})
}

// BenchmarkLines draws a lesson's worth of text, 5 KB.
func BenchmarkLines(b *testing.B) {
	text := everything(b)
	text = strings.Repeat(text, 5000/len(text)+1)
	s := styles.New(styles.Dark, false)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Lines(s, text, 76)
	}
}

package tuitest

import (
	"fmt"
	"strings"
)

// Hostile is what a program may write to take over the terminal that it is
// shown in, or whoever uses it, by name. Where a text could be seen of it that
// must not be, that is "owned".
var Hostile = map[string]string{
	"title":            "\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1b]1;owned\x07",
	"endless title":    "\x1b]0;" + strings.Repeat("owned", 20_000),
	"title stack":      "\x1b]0;owned\x07\x1b[22t\x1b[21t\x1b[20t",
	"clipboard":        "\x1b]52;c;b3duZWQ=\x07\x1b]52;p;b3duZWQ=\x1b\\\x1b]52;c;?\x07",
	"hyperlink":        "\x1b]8;;http://example.org\x07click\x1b]8;;\x07",
	"directory":        "\x1b]7;file:///owned\x07",
	"notification":     "\x1b]9;owned\x07\x1b]777;notify;owned;owned\x07\x1b]1337;SetMark\x07",
	"colours":          "\x1b]4;1;#ff0000\x07\x1b]10;#000000\x07\x1b]11;#ff0000\x07\x1b]104\x07",
	"c1":               "\u009b31m\u009d0;owned\u009c\x9b31m",
	"c1 dcs":           "\u0090q#0~~\u009c\u009fGowned\u009c",
	"bidi":             "a\u202eb\u2066c\u200fd",
	"zero width":       "a\u200b\u200d\ufeffb",
	"marks":            "a" + strings.Repeat("\u0301", 500),
	"wide at edge":     strings.Repeat("漢", 50) + "\x1b[1;10H漢",
	"emoji":            "👩‍👩‍👧‍👦 ❤️ 🏳️‍🌈 1️⃣",
	"sixel":            "\x1bPq#0;2;0;0;0~~@@vv@@~~$-\x1b\\",
	"endless sixel":    "\x1bPq" + strings.Repeat("#0~~", 20_000),
	"apc":              "\x1b_Gf=24;AAAA\x1b\\\x1b_tmux;owned\x1b\\",
	"tmux passthrough": "\x1bPtmux;\x1b\x1b]52;c;b3duZWQ=\x07\x1b\\",
	"sos and pm":       "\x1bXowned\x1b\\\x1b^owned\x1b\\",
	"decrqss":          "\x1bP$qm\x1b\\\x1bP$qowned\x1b\\\x1bP$q\"p\x1b\\",
	"xtgettcap":        "\x1bP+q544e\x1b\\",
	"answerback":       "\x05\x05",
	"cut short":        "\x1b[38;5",
	"far away":         "\x1b[99999;99999Hx\x1b[99999A\x1b[99999Cy",
	"million columns":  "\x1b[1000000Gx\x1b[1;1000000Hy\x1b[8;1000;1000000t" + strings.Repeat("z", 10_000),
	"other terminal":   "\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?1004h\x1b[>1u\x1b[?2026h\x1b[?5h\x1b[?3h",
	"repeat":           "x\x1b[65535b\x1b[65535b",
	"tabs":             strings.Repeat("\x1b[65535I\x1b[65535Z", 200),
	"big scroll":       "\x1b[65535S\x1b[65535T\x1b[65535L\x1b[65535M\x1b[65535P\x1b[65535@\x1b[65535X",
	"margins":          "\x1b[5;2r\x1b[?69h\x1b[9;3s\x1b[?6hmargin",
	"alt screen":       "\x1b[?1049h\x1b[?1049l\x1b[?47h",
	"reset":            "\x1bc\x1b[!p",
	"cursor":           "\x1b[?25l\x1b[99 q\x1b[?12h\x1b]12;#ff0000\x07",
	"media copy":       "\x1b[5iowned\x1b[4i\x1b[?5i",
	"not utf-8":        "\xff\xfe\xc3(\xa0\xa1",
	"unassigned":       "\U000e0041\U0010ffff\u0378",
	"hangul":           "\u1100\u1161\u11a8",
	"devanagari":       "क्षि",
}

// Marked is a hostile text on a screen of whatever state, then on an empty one;
// whatever it has begun is ended, and a mark stands in the given row.
func Marked(out, mark string, row int) string {
	const end = "\x18\x1b\\\x1b[0m\x1b[?69l\x1b[?6l\x1b[r"
	return out + end + "\x1b[?1049l\x1b[?47l\x1b[2J\x1b[H" + out + end + fmt.Sprintf("\x1b[%d;1H\x1b[K%s", row, mark)
}

package play

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ markdown, want string }{
		{"A *short* **text** with `code` and a [link](https://x.org).", "A short text with code and a link\n(https://x.org)."},
		{"one\ntwo  \nthree", "one two\nthree"},
		{"- a\n- b\n  1. c\n  2. d", "- a\n- b\n  1. c\n  2. d"},
		{"- first item that is longer than a line\n- b", "- first item that is longer than a\n  line\n- b"},
		{"```sh\nmount -t tmpfs tmpfs /tmp/a/very/long/name/that/stays\n```", "    mount -t tmpfs tmpfs /tmp/a/very/long/name/that/stays"},
		{"> quoted\n\nplain", "| quoted\n\nplain"},
		{"| a | bb |\n|---|---|\n| ccc | d |", "a    bb\nccc  d"},
		{"| asked | measured |\n|---|---|\n| a question that is rather long | an answer |\n| b | |", "asked: a question that is rather\nlong\nmeasured: an answer\n\nasked: b"},
		{`a \* b &amp; c`, "a * b & c"},
		{"<b>no</b> tags <!-- at all -->", "no tags"},
		{"", ""},
	} {
		if got := Text(c.markdown, 36); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.markdown, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 438013: "438,013", -1234567: "-1,234,567"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %q", n, got)
		}
	}
	for us, want := range map[int64]string{0: "0 µs", 999: "999 µs", 4600: "4.6 ms", 181_000: "181 ms", 9_091_000: "9.1 s", 12_000_000: "12 s"} {
		if got := Micros(us); got != want {
			t.Errorf("Micros(%d) = %q", us, got)
		}
	}
}

func TestWrap(t *testing.T) {
	got := Wrap("a wordthatislongerthanaline b", 8)
	if strings.Join(got, "|") != "a|wordthatislongerthanaline|b" {
		t.Errorf("%q", got)
	}
}

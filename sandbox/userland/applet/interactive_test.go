//go:build linux

package applet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPromptSaysWhere(t *testing.T) {
	dir := makeFiles(t)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	w := openWindow(t, dir)
	w.until("@" + host + ":" + dir)
	w.press("cd dir/inn\t\r")
	w.until("@" + host + ":" + dir + "/dir/inner")
}

func TestHistory(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.line("n=$((n + 1)); echo run-$n")
	w.line("echo other")
	w.press("\x1b[A\x1b[A\r")
	w.until("run-2")
	w.until(ready)
	w.press("\x1bOA\x1b[B") // up, as some terminals send it, and down to the line that was begun
	w.press("echo hist''ory\r")
	w.until("history")
	w.until(ready)
	if got := w.line("history | tail -n 2"); !strings.Contains(got, "echo hist''ory\r\n") {
		t.Errorf("the history ends with %q", got)
	}
}

// TestEditing moves in the line and changes it.
func TestEditing(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	for _, c := range []struct{ keys, want string }{
		{"cho 1-$((1+1))\x01e\r", "1-2"},                // Ctrl-A
		{"echo 1-$((1+3)\x1b[1~\x1b[4~)\r", "1-4"},      // Home and End
		{"nonsense echo 1\x15echo 1-$((1+4))\r", "1-5"}, // Ctrl-U
		{"echo 1-$((1+5)) junk\x17\r", "1-6"},           // Ctrl-W
		{"echo 1-$((1+9))\x1b[D\x1b[D\x1b[D\x7f8\r", "1-189"},
	} {
		w.press(c.keys)
		w.until("\n" + c.want)
		w.until(ready)
	}
}

func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"alpha one": "A1\n", "alphabet": "A2\n", "unique": "U\n", "it's": "Q\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w := shellWindow(t, dir)
	for _, c := range []struct{ keys, want string }{
		{"cat un\t\r", "\nU\r\n"},                // a file
		{"cat alpha\\ \t\r", "\nA1\r\n"},         // with a blank in it
		{"cat \"alpha \t\r", "\nA1\r\n"},         // in quotes
		{"cat it\t\r", "\nQ\r\n"},                // a quote is escaped
		{"cat < un\t\r", "\nU\r\n"},              // after a redirection
		{"unam\t\r", "\nLinux\r\n"},              // a command
		{"true && basen\t un\t\r", "unique\r\n"}, // another, and its argument
		{"cat al\t\t", "alpha one  alphabet"},    // the choice
		{"b\t\r", "\nA2\r\n"},                    // and going on
	} {
		w.press(c.keys)
		w.until(c.want)
	}
}

// TestHostileNames wants no name to reach the terminal as more than text.
func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	hostile := "bell\a\x1b]0;title\a\u202egnp\u009b31m"
	if err := os.WriteFile(filepath.Join(dir, hostile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "d"+hostile), 0o755); err != nil {
		t.Fatal(err)
	}
	w := shellWindow(t, dir)
	w.line("ls -l")
	w.line("ls; find . -name 'b*'; stat b*; cat b*/none; rm b*/none; du b*; wc b* b*; head b* b*")
	w.line("cd d*")
	w.line("touch new; cd ..")
	w.press("cat \t\tbe\t\t\r\x03")
	w.until(ready)
	shown := w.all()
	for _, bad := range []string{"\x1b]", "\u202e", "\u009b", "title\a"} {
		if strings.Contains(shown, bad) {
			t.Errorf("%q reached the terminal: %q", bad, shown)
		}
	}
	if !strings.Contains(shown, "bell??]0;title??gnp?31m") {
		t.Errorf("the name is not shown at all: %q", shown)
	}
	// Who is no terminal gets the name itself.
	if got := run(t, dir, "", "ls"); !strings.Contains(got.out, hostile) {
		t.Errorf("a pipe got %q", got.out)
	}
}

// TestInterrupt presses Ctrl-C; the shell stays.
func TestInterrupt(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.press("sleep 1000\r")
	eventually(t, "sleep runs", func() bool { return w.running("sleep") })
	w.press("\x03")
	w.until(ready)
	w.press("echo status $?\r")
	w.until("\nstatus 130\r\n")
	w.until(ready)

	w.press("while true; do sleep 1000; done\r") // not only the command, the loop as well
	eventually(t, "sleep runs", func() bool { return w.running("sleep") })
	w.press("\x03")
	w.until(ready)

	w.press("echo be''gun; while :; do :; done\r") // nothing but the shell itself
	w.until("begun")
	w.press("\x03")
	w.until(ready)

	w.press("sleep 1000 | sleep 1001 | cat\r")
	eventually(t, "the pipeline runs", func() bool { return w.running("sleep 1000") && w.running("sleep 1001") && w.running("cat") })
	w.press("\x03")
	w.until(ready)

	w.press("echo as''king; read line\r")
	w.until("asking")
	w.press("\x03")
	w.until(ready)

	w.press("echo never\x03") // a line that was begun
	w.until("^C")
	w.until(ready)
	w.press("echo al''ive\r")
	if got := w.until("alive"); strings.Contains(got, "\nnever") {
		t.Errorf("the line ran: %q", got)
	}
}

func TestEndOfInput(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.line("(exit 3)")
	w.press("x\x04") // not at an empty line
	w.press("\x7f\x04")
	w.cmd.Wait()
	if code := w.cmd.ProcessState.ExitCode(); code != 3 {
		t.Errorf("it ended with %d", code)
	}
	w = shellWindow(t, t.TempDir())
	w.press("exit 4\r")
	w.cmd.Wait()
	if code := w.cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("it ended with %d", code)
	}
}

// TestInputGoesToCommands wants what is typed while a command runs to reach it.
func TestInputGoesToCommands(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.press("head -n 1 | tr a-z A-Z\r")
	eventually(t, "head runs", func() bool { return w.running("head") })
	w.press("typed\r")
	w.until("TYPED")
	w.until(ready)
	w.press("cat; echo th''rough\r")
	eventually(t, "cat runs", func() bool { return w.running("cat") })
	w.press("\x04")
	w.until("through")
}

func TestJobs(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.press("sleep 1000\r")
	eventually(t, "sleep runs", func() bool { return w.running("sleep") })
	w.press("\x1a")
	w.until("[1]+  Stopped                sleep 1000")
	w.until(ready)
	if got := w.line("bg; jobs"); !strings.Contains(got, "[1]+  Running                sleep 1000") {
		t.Errorf("after bg: %q", got)
	}
	w.press("fg\r")
	w.until("sleep 1000\r\n") // the line itself has no newline so near
	w.press("\x1a")
	w.until("Stopped")
	w.until(ready)
	if got := w.line("kill %1; fg"); !strings.Contains(got, "sleep 1000") {
		t.Errorf("kill and fg: %q", got)
	}
	if got := w.line("jobs; echo none''left $?"); !strings.Contains(got, "noneleft 0") || strings.Contains(got, "sleep") {
		t.Errorf("jobs at the end: %q", got)
	}
	w.press("sleep 0.01 &\r")
	w.until("[1] ")
	w.until(ready)
	w.line("wait; echo waited")
	w.press("{ while true; do sleep 1000; done; } &\r")
	w.until("[1] ")
	w.until(ready)
	eventually(t, "the loop runs", func() bool { return w.running("sleep") })
	w.press("\x03") // reaches no job
	w.until(ready)
	w.line("kill $!; wait $!; echo $?-")
	if w.running("sleep") {
		t.Error("the loop's command is alive")
	}
}

// TestContinuation types a command on several lines.
func TestContinuation(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.press("for i in 1 2\rdo\recho i=$i\rdone\r")
	w.until("i=1\r\ni=2\r\n")
	w.until(ready)
	w.press("cat <<END\rone $((1+1))\rEND\r")
	w.until("one 2\r\n")
	w.until(ready)
	w.press("echo a\\\rb$((1+1))\r")
	w.until("ab2\r\n")
	w.until(ready)
	if got := w.line("fi"); !strings.Contains(got, "sh: ") {
		t.Errorf("a mistake: %q", got)
	}
	w.press("echo 'open\r\x03")
	w.until(ready)
}

// TestModes wants the terminal to be as it was after a command that left it
// otherwise and was killed.
func TestModes(t *testing.T) {
	w := shellWindow(t, t.TempDir())
	w.press("top\r")
	w.until("COMMAND")
	w.press("q")
	w.until(ready)
	w.press("cat\r")
	eventually(t, "cat runs", func() bool { return w.running("cat") })
	w.press("echoed\r")
	if got := w.until("echoed\r\nechoed\r\n"); got == "" {
		t.Error("no echo")
	}
	w.press("\x04")
	w.until(ready)
}

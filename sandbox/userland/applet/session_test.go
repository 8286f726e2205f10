//go:build linux

package applet

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// session is what somebody types who learns a shell. It runs as one script, in
// our shell with our commands and in busybox with its own.
var session = []string{
	"pwd | wc -c",
	"echo hello world",
	"echo -n no newline; echo",
	"echo lost > /dev/full; echo $?",
	`echo "a	tab" 'single $HOME' "double $((1+2))"`,
	"mkdir work work/a work/b",
	"mkdir work",
	"mkdir -p deep/er/est",
	"mkdir no/such",
	"touch work/one work/two",
	"ls",
	"ls work",
	"ls -a work",
	"ls -l work | cut -c1-10",
	"ls -ld work | cut -c1-14",
	"ls -n work | wc -l",
	"ls -1 work/a work/b",
	"ls missing",
	"echo first > file; echo second >> file",
	"cat file",
	"cat -n file",
	"cat file missing",
	"cat < file",
	"cat missing",
	"cp file copy",
	"cp file work",
	"cp -r work work2",
	"cp work nowhere",
	"cp missing x",
	"cat copy",
	"mv copy moved",
	"mv moved work",
	"mv missing x",
	"ls -R work",
	"rm work/moved",
	"rm work/moved; echo $?",
	"rm -f work/moved",
	"rm work",
	"rm -r work2",
	"rmdir deep",
	"rmdir deep/er/est",
	"rmdir -p deep/er",
	"chmod 600 file; ls -l file | cut -c1-10",
	"chmod u+x,go=r file; ls -l file | cut -c1-10",
	"chmod 4755 file; ls -l file | cut -c1-10",
	"chmod 1777 work; ls -ld work | cut -c1-10",
	"chmod -R 700 work; ls -l work | cut -c1-10",
	"chmod bad file",
	"chmod 644 missing",
	"ln -s file link; readlink link; cat link",
	"ln file hard; ls -l hard | cut -c1-13",
	"ln -s nowhere dangling; cat dangling",
	"ln -s file link",
	"ls -F",
	"find . | sort",
	"find . -name 'f*'",
	"find . -type d | sort",
	"find . -type l | sort",
	"find work -maxdepth 1 -name one",
	`find . -name one -exec echo found {} \;`,
	"find missing",
	"grep first file",
	"grep -n s file",
	"grep -i FIRST file",
	"grep -v first file",
	"grep -c s file",
	"grep -r first . | sort",
	"grep nothing file; echo $?",
	"grep x missing; echo $?",
	"seq 10 > numbers",
	"head -n 3 numbers",
	"head -2 numbers",
	"tail -n 2 numbers",
	"tail -3 numbers",
	"tail -n +9 numbers",
	"wc -l numbers",
	"wc numbers",
	"wc file numbers",
	"cat numbers | wc -l",
	"sort -r numbers | head -3",
	"sort -n numbers | tail -1",
	`printf 'b\na\nb\n' | sort | uniq`,
	`printf 'b\na\nb\n' | sort | uniq -c`,
	`printf 'b\na\nb\n' | sort -u`,
	`printf 'x:y:z\n1:2:3\n' | cut -d: -f2`,
	`printf 'x:y:z\n' | cut -d: -f1,3`,
	"echo abcdef | cut -c2-4",
	"echo hello | tr a-z A-Z",
	"echo hello | tr -d l",
	`echo "a  b" | tr -s ' '`,
	"echo one two | tee teed; cat teed",
	"echo a b c | xargs echo got",
	`printf '1\n2\n3\n' | xargs -n 1 echo n`,
	`printf 'a\nb\n' | xargs -I{} echo '<{}>'`,
	"seq 1 2 7",
	"seq 3 -1 1",
	"seq -s, 4",
	`printf '%s is %d\n' x 3`,
	`printf '%05d|%-5s|%5s|\n' 42 ab cd`,
	"test -f file && echo yes",
	"[ -d work ] && echo dir",
	"[ 3 -gt 2 ] && echo greater",
	`test -z "" -a -n x && echo both`,
	"true; echo $?",
	"false; echo $?",
	"sleep 0.01; echo slept",
	"basename /a/b/c.txt .txt",
	"dirname /a/b/c",
	"which sh | wc -l",
	"which nosuchthing; echo $?",
	"env | grep ^MARK=",
	"MARK=2 env | grep ^MARK=",
	"env -i A=1 env",
	"nosuchcommand; echo $?",
	"./file; echo $?",
	"cd work; pwd | grep -c work; cd ..",
	"cd missing; echo $?",
	"cd file; echo $?",
	"for i in 1 2 3; do echo i=$i; done",
	"i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i",
	"if [ -e file ]; then echo there; else echo gone; fi",
	"case abc in a*) echo a;; *) echo other;; esac",
	"f() { echo f got $1; return 3; }; f x; echo $?",
	"x=$(echo sub); echo $x",
	"echo `echo back`",
	"(cd work; pwd | grep -c work); pwd | grep -c work",
	"echo $(seq 3)",
	"cat <<EOF\nheredoc $x\nEOF",
	"cat <<X && echo here\nline\nX",
	"echo *",
	"echo w*",
	"echo no*match",
	`echo "quoted *"`,
	"echo ${x:-default} ${y:-default} ${#x}",
	`set -- a b c; echo $# $2 "$@"`,
	"shift; echo $1",
	`read line < file; echo "$line"`,
	`printf 'l1\nl2\n' | while read l; do echo "got $l"; done`,
	"echo out; echo err >&2",
	"ls missing 2>/dev/null; echo $?",
	"ls missing 2>&1 | wc -l",
	"echo x > /nonexistent/y; echo $?",
	"(sleep 5 & kill $!; wait $!; echo $?) 2>/dev/null",
	"sleep 0.05 & wait; echo waited",
	"kill -l 9",
	"kill -l TERM",
	"kill 999999; echo $?",
	"kill notapid; echo $?",
	"id -u",
	"id -un",
	"id | cut -d' ' -f1,2",
	"whoami",
	"id nosuchuser",
	"hostname | wc -l",
	"uname",
	"uname -s",
	"uname -a",
	"uname -r",
	"nproc",
	"date +%Y | wc -c",
	"date -u -d @0",
	"date -d @86400 +%F",
	"date -u -d @86400 '+%a %b %e %H:%M:%S %Y %j %u'",
	"df . | head -1",
	"df -h . | wc -l",
	"du -s file | cut -f1",
	"du -s missing",
	"free | head -1",
	"free -m | wc -l",
	"stat -c '%s %a %F' file",
	"stat -c %h hard",
	"stat missing",
	"sha256sum file",
	"sha256sum missing",
	"echo hello | base64",
	"echo aGVsbG8K | base64 -d",
	"yes | head -2",
	"yes no | head -1",
	"while true; do echo y; done | head -n 2",
	"dd if=/dev/zero of=zeros bs=1k count=3; wc -c zeros",
	"dd if=missing of=x",
	"mount | head -1 | wc -w",
	"ps | head -1",
	"touch missing/x",
	"tee missing/x < /dev/null",
	"sort missing",
	"uniq missing",
	"head missing",
	"tail missing",
	"wc missing; echo $?",
	"cut -f1 missing",
	"sleep x",
	"seq x",
	"ls -z file; echo $?",
	"cat -Q; echo $?",
	"umask",
	"umask 077; touch private; ls -l private | cut -c1-10",
	"ulimit -n 100; sh -c 'ulimit -n'",
	"sh -c 'echo $0 $1' zero one",
	"sh -c 'exit 7'; echo $?",
	"echo 'echo script $1' > s.sh; sh s.sh arg",
	"chmod +x s.sh; ./s.sh arg2",
	`printf '#!/bin/sh\necho she $0 $#\n' > t.sh; chmod +x t.sh; ./t.sh a b`,
	"type cd",
	"type ls | wc -l",
	"command -v ls | wc -l",
	"alias ll='ls -l'",
	"export E=exported; sh -c 'echo $E'",
	`unset E; echo "[$E]"`,
	"echo $((2*3+4)) $((7/2)) $((7%3)) $((1<<4))",
	"! true; echo $?",
	"true && echo and || echo or",
	"false && echo and || echo or",
	"echo a; echo b & wait",
	"{ echo g1; echo g2; } | wc -l",
	"trap 'echo trapped' TERM; kill -TERM $$; sleep 0.05; trap - TERM",
	"echo $$ | wc -l",
	"ls /proc/self/exe | wc -l",
	"cat /proc/1/nonexistent",
	"rm -rf work deep; ls | wc -l",
	"true | false; echo $?",
	"eval 'echo evaluated'",
	"echo done",
}

// Why a command of the session does not print what busybox prints.
const (
	worded    = "the error is worded as by GNU's coreutils, which is what people find when they search for it"
	wholeHelp = "busybox prints all of its help"
	noLine    = "the shell says `sh:`; busybox names the script and the line"
	padding   = "columns are no wider than what is in them, as GNU's"
	noLinks   = "grep -r does not follow links, as GNU's"
	ownName   = "kill says `kill:`; in ash, where it is built in, `sh:`"
	timed     = "dd says how much and how fast, as GNU's"
	columns   = "ps prints other columns"
)

// differences are all commands of the session that do not print the same.
var differences = map[string]string{
	"mkdir work":                            worded,
	"mkdir no/such":                         worded,
	"ls -ld work | cut -c1-14":              padding,
	"cat file missing":                      worded,
	"cat missing":                           worded,
	"cp missing x":                          worded,
	"mv missing x":                          worded,
	"rm work/moved; echo $?":                worded,
	"rm work":                               worded,
	"rmdir deep":                            worded,
	"chmod bad file":                        worded,
	"ln file hard; ls -l hard | cut -c1-13": padding,
	"ln -s nowhere dangling; cat dangling":  worded,
	"ln -s file link":                       worded,
	"grep -r first . | sort":                noLinks,
	"nosuchcommand; echo $?":                noLine,
	"./file; echo $?":                       noLine,
	"cd missing; echo $?":                   noLine,
	"cd file; echo $?":                      noLine,
	"echo x > /nonexistent/y; echo $?":      noLine,
	"kill 999999; echo $?":                  ownName,
	"kill notapid; echo $?":                 ownName,
	"id nosuchuser":                         worded,
	"du -s missing":                         worded,
	"stat missing":                          worded,
	"sha256sum missing":                     worded,
	"dd if=/dev/zero of=zeros bs=1k count=3; wc -c zeros": timed,
	"dd if=missing of=x":      worded,
	"ps | head -1":            columns,
	"uniq missing":            worded,
	"tail missing":            worded,
	"sleep x":                 worded,
	"seq x":                   wholeHelp,
	"ls -z file; echo $?":     wholeHelp,
	"cat -Q; echo $?":         wholeHelp,
	"cat /proc/1/nonexistent": worded,
}

// mustHave skips a test for which something is missing; in CI that is a failure.
func mustHave(t *testing.T, program, remedy string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("TENTPOLE_MUST") == "1":
		t.Fatalf("%s is not installed: %s", program, remedy)
	default:
		t.Skipf("%s is not installed: %s", program, remedy)
	}
	return path
}

// TestSessionAsOnBusybox runs the session in both, in two fresh directories of
// the same name, and compares what each command printed.
func TestSessionAsOnBusybox(t *testing.T) {
	busybox := mustHave(t, "busybox", "apt-get install busybox-static")
	theirs := runSession(t, applets(t, busybox))
	ours := runSession(t, binLinks(t))
	known := map[string]bool{}
	for i, line := range session {
		if known[line] {
			t.Errorf("%q stands in the session twice: differences could not tell", line)
		}
		known[line] = true
		why, listed := differences[line]
		switch same := ours[i] == theirs[i]; {
		case same && listed:
			t.Errorf("%s\nprints the same, %q, and is listed as different: %s", line, ours[i], why)
		case !same && !listed:
			t.Errorf("%s\nprinted %q\nbusybox %q", line, ours[i], theirs[i])
		}
	}
	for line := range differences {
		if !known[line] {
			t.Errorf("%q is listed and not in the session", line)
		}
	}
}

// applets is a directory with busybox's commands.
func applets(t *testing.T, busybox string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	list, err := exec.Command(busybox, "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(list)) {
		if err := os.Symlink(busybox, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var mark = regexp.MustCompile(`(?m)^(.*)#### (\d+)$`)

// runSession runs the session with a mark before each command, and returns what
// was printed between the marks, by command.
func runSession(t *testing.T, bin string) []string {
	t.Helper()
	var script strings.Builder
	for i, line := range session {
		fmt.Fprintf(&script, "echo '#### %d'\n%s\n", i, line)
	}
	work := filepath.Join(t.TempDir(), "work")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(work), "session")
	if err := os.WriteFile(file, []byte(script.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := &exec.Cmd{Path: filepath.Join(bin, "sh"), Args: []string{"sh", file}, Dir: work,
		Env: []string{"PATH=" + bin, "HOME=/", "LC_ALL=C", "TZ=UTC", "MARK=1"}, Stdout: &out, Stderr: &out}
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %.500s", err, out.Bytes())
	}
	printed := make([]string, len(session))
	text := strings.ReplaceAll(out.String(), filepath.Dir(work), "")
	at := mark.FindAllStringSubmatchIndex(text, -1)
	for i, m := range at {
		n, _ := strconv.Atoi(text[m[4]:m[5]])
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][3] // what stands before the mark on its line is this command's
		}
		printed[n] = strings.TrimPrefix(text[m[1]:end], "\n")
	}
	if len(at) != len(session) {
		t.Errorf("%d of %d commands ran", len(at), len(session))
	}
	return printed
}

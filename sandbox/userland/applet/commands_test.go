//go:build linux

package applet

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// commandCase is one call. Out and err are expressions for all that is printed.
type commandCase struct {
	call   string // words, separated by blanks
	input  string
	out    string
	err    string
	status int
}

// commandCases holds at least one case of each command. They run in a directory
// with the files of makeFiles, each in a fresh one.
var commandCases = []commandCase{
	{call: "[ -f one ]"},
	{call: "[ -f none ]", status: 1},
	{call: "base64 one", out: "Zmlyc3QKc2Vjb25kCg==\n"},
	{call: "base64 -d", input: "aGk=", out: "hi"},
	{call: "base64 none", err: "base64: none: No such file or directory\n", status: 1},
	{call: "basename /a/b.txt .txt", out: "b\n"},
	{call: "cat one two", out: "first\nsecond\nzwei\n"},
	{call: "cat -n one", out: "     1\tfirst\n     2\tsecond\n"},
	{call: "cat none two", out: "zwei\n", err: "cat: none: No such file or directory\n", status: 1},
	{call: "cat dir", err: "cat: dir: Is a directory\n", status: 1},
	{call: "cat -", input: "typed", out: "typed"},
	{call: "cat -Q", err: "cat: invalid option -- 'Q'\nUsage: cat .*\n", status: 1},
	{call: "cat --help", out: "Usage: cat .*\n\nprint files\n"},
	{call: "chmod 640 none", err: "chmod: none: No such file or directory\n", status: 1},
	{call: "chmod u+q one", err: "chmod: invalid mode: 'u\\+q'\n", status: 1},
	{call: "chown nosuchuser one", err: "chown: invalid user: 'nosuchuser'\n", status: 1},
	{call: "chown 1 none", err: "chown: none: No such file or directory\n", status: 1},
	{call: "clear", out: "\x1b\\[H\x1b\\[2J\x1b\\[3J"},
	{call: "cp none x", err: "cp: cannot stat 'none': No such file or directory\n", status: 1},
	{call: "cp dir x", err: "cp: omitting directory 'dir'\n", status: 1},
	{call: "cp one one", err: "cp: 'one' and 'one' are the same file\n", status: 1},
	{call: "cp -r dir dir/inner", err: "cp: cannot copy a directory, 'dir', into itself, 'dir/inner/dir'\n", status: 1},
	{call: "cp one two none", err: "cp: target 'none' is not a directory\n", status: 1},
	{call: "cp -v one dir", out: "'one' -> 'dir/one'\n"},
	{call: "cut -d: -f2-", input: "a:b:c\nnone\n", out: "b:c\nnone\n"},
	{call: "cut -s -d: -f1", input: "a:b\nnone\n", out: "a\n"},
	{call: "cut -c2,4-", input: "abcdef\n", out: "bdef\n"},
	{call: "cut -f0", err: "cut: invalid list '0'\n", status: 1},
	{call: "date -u -d @86399", out: "Thu Jan  1 23:59:59 UTC 1970\n"},
	{call: "date -u -d 2024-02-29 +%j.%u.%%.%Q", out: "060.4.%.%Q\n"},
	{call: "date -d never", err: "date: invalid date 'never'\n", status: 1},
	{call: "dd if=one bs=4 count=2 skip=1", out: "t\nsecond", err: "2\\+0 records in\n2\\+0 records out\n8 bytes .*\n"},
	{call: "dd bs=0", err: "dd: invalid number: '0'\n", status: 1},
	{call: "dd if=none", err: "dd: failed to open 'none': No such file or directory\n", status: 1},
	{call: "df .", out: "Filesystem +1K-blocks +Used Available Use% Mounted on\n.* +\\d+ +\\d+ +\\d+ +\\d+% /.*\n"},
	{call: "df none", out: "Filesystem.*\n", err: "df: none: No such file or directory\n", status: 1},
	{call: "dirname /a/b/", out: "/a\n"},
	{call: "dirname name", out: "\\.\n"},
	{call: "dmesg -Q", err: "dmesg: invalid option -- 'Q'\nUsage: dmesg \n", status: 1},
	{call: "du -s one", out: "\\d+\tone\n"},
	{call: "du none", err: "du: cannot access 'none': No such file or directory\n", status: 1},
	{call: "echo -n a  b", out: "a b"},
	{call: "echo --help", out: "--help\n"},
	{call: "env -i A=1 B=2 A=3", out: "B=2\nA=3\n"},
	{call: "env -u HOME env", out: "PATH=.*\nLC_ALL=C\nTZ=UTC\n"},
	{call: "env nosuchcommand", err: "env: nosuchcommand: No such file or directory\n", status: 127},
	{call: "env X=y echo ran", out: "ran\n"},
	{call: "false", status: 1},
	{call: "find dir", out: "dir\ndir/inner\ndir/inner/deep\n"},
	{call: "find dir -type f -name d*", out: "dir/inner/deep\n"},
	{call: "find dir -maxdepth 1 ! -name dir", out: "dir/inner\n"},
	{call: "find . ( -name one -o -name two ) -size -2k", out: "\\./one\n\\./two\n"},
	{call: "find . -path ./dir -prune -o -type f -print", out: "\\./\\.hidden\n\\./one\n\\./two\n"},
	{call: "find dir -name deep -exec echo {} ;", out: "dir/inner/deep\n"},
	{call: "find dir -depth -delete", out: ""},
	{call: "find . -perm -4000", out: ""},
	{call: "find none", err: "find: none: No such file or directory\n", status: 1},
	{call: "find . -nosuch", err: "find: unrecognized: -nosuch\n", status: 1},
	{call: "find . -type q", err: "find: invalid argument 'q' to '-type'\n", status: 1},
	{call: "find . -name", err: "find: missing argument to '-name'\n", status: 1},
	{call: "free -m", out: " +total +used +free +shared +buff/cache +available\nMem: +\\d+ +\\d+ +\\d+ +\\d+ +\\d+ +\\d+\nSwap: +\\d+ +\\d+ +\\d+\n"},
	{call: "grep s one", out: "first\nsecond\n"},
	{call: "grep -n -v first one", out: "2:second\n"},
	{call: "grep -ic FIRST one two", out: "one:1\ntwo:0\n", err: ""},
	{call: "grep -rl s .", out: "\\./one\n"},
	{call: "grep a+ one", status: 1},
	{call: "grep -E ^(f|z) one two", out: "one:first\ntwo:zwei\n"},
	{call: "grep -F . one", status: 1},
	{call: "grep -o i.s one", out: "irs\n"},
	{call: "grep -q first one"},
	{call: "grep x none", err: "grep: none: No such file or directory\n", status: 2},
	{call: "grep -E ( one", err: "grep: bad expression '\\(': .*\n", status: 2},
	{call: "head -n 1 one two", out: "==> one <==\nfirst\n\n==> two <==\nzwei\n"},
	{call: "head -1 one", out: "first\n"},
	{call: "head -c 3 one", out: "fir"},
	{call: "head -n x one", err: "head: invalid number 'x'\n", status: 1},
	{call: "help ls", out: "Usage: ls .*\n\nlist files\n"},
	{call: "help nosuch", err: "help: no such command: nosuch\n", status: 1},
	{call: "hostname", out: "\\S+\n"},
	// Longer than the kernel takes: should the check break, the host keeps its name.
	{call: "hostname " + strings.Repeat("x", 65) + " b", err: "Usage: hostname .*\n", status: 1},
	{call: "httpd -h none", err: "httpd: none: No such file or directory\n", status: 1},
	{call: "id -u", out: "\\d+\n"},
	{call: "id", out: "uid=\\d+\\S* gid=\\d+\\S* groups=\\d+\\S*\n"},
	{call: "id root", out: "uid=0\\(root\\) gid=0\\(root\\) groups=0\\(root\\).*\n"},
	{call: "id nosuchuser", err: "id: 'nosuchuser': no such user\n", status: 1},
	{call: "ip link show lo", out: "1: lo: <LOOPBACK.*> mtu \\d+ .*state \\w+.*\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"},
	{call: "ip a show dev none", err: "ip: can't find device 'none'\n", status: 2},
	{call: "ip nothing", err: "ip: object 'nothing' is unknown: try addr, link, route or neigh\n", status: 1},
	{call: "ip link what", err: "ip: command 'what' is unknown for link\n", status: 1},
	{call: "kill -l 9", out: "KILL\n"},
	{call: "kill -l 143", out: "TERM\n"},
	{call: "kill -l term", out: "15\n"},
	{call: "kill -NOSUCH 1", err: "kill: bad signal name 'NOSUCH'\n", status: 1},
	{call: "kill -0 4194305", err: "kill: can't kill pid 4194305: No such process\n", status: 1},
	{call: "kill x", err: "kill: invalid number 'x'\n", status: 1},
	{call: "ln none hard", err: "ln: failed to access 'none': No such file or directory\n", status: 1},
	{call: "ln -s one two", err: "ln: failed to create symbolic link 'two': File exists\n", status: 1},
	{call: "ln -sfv one two", out: "'two' -> 'one'\n"},
	{call: "ls", out: "dir\nlink\none\ntwo\n"},
	{call: "ls -a dir", out: "\\.\n\\.\\.\ninner\n"},
	{call: "ls -A", out: "\\.hidden\ndir\nlink\none\ntwo\n"},
	{call: "ls -l one", out: "-rw-r--r-- 1 \\S+ \\S+ 13 \\w+ +\\d+ +\\d\\d:?\\d\\d one\n"},
	{call: "ls -ld dir link", out: "drwxr-xr-x 3 .* dir\nlrwxrwxrwx 1 .* link -> one\n"},
	{call: "ls -n one", out: "-rw-r--r-- 1 \\d+ \\d+ 13 .* one\n"},
	{call: "ls -1i one", out: " *\\d+ one\n"},
	{call: "ls -F", out: "dir/\nlink@\none\ntwo\n"},
	{call: "ls -r one two", out: "two\none\n"},
	{call: "ls -S one two", out: "one\ntwo\n"},
	{call: "ls -R dir", out: "dir:\ninner\n\ndir/inner:\ndeep\n"},
	{call: "ls -C", out: "dir   link  one   two\n"},
	{call: "ls none one", out: "one\n", err: "ls: none: No such file or directory\n", status: 1},
	{call: "mkdir one", err: "mkdir: cannot create directory 'one': File exists\n", status: 1},
	{call: "mkdir a/b", err: "mkdir: cannot create directory 'a/b': No such file or directory\n", status: 1},
	{call: "mkdir -pv a/b", out: "mkdir: created directory 'a/b'\n"},
	{call: "mktemp -p . part.XXXX", out: "\\./part\\.\\S+\n"},
	{call: "mktemp -d -p none", err: "mktemp: none: No such file or directory\n", status: 1},
	{call: "mount -t proc", out: "(?s).* on /proc type proc .*"},
	{call: "mount a b", err: "mount: a type is needed: mount -t TYPE a b\n", status: 1},
	{call: "mv none x", err: "mv: cannot stat 'none': No such file or directory\n", status: 1},
	{call: "mv dir dir/inner", err: "mv: cannot move 'dir' to a subdirectory of itself, 'dir/inner/dir'\n", status: 1},
	{call: "mv -v one three", out: "renamed 'one' -> 'three'\n"},
	{call: "nc 127.0.0.1 1", err: "nc: can't connect to remote host \\(127.0.0.1\\): Connection refused\n", status: 1},
	{call: "nc -l", err: "Usage: nc .*\n", status: 1},
	{call: "nproc", out: "[1-9]\\d*\n"},
	{call: "ping -c 1 no.such.host.invalid", err: "ping: bad address 'no.such.host.invalid'\n", status: 1},
	{call: "printf %s-%03d\\n a 7", out: "a-007\n"},
	{call: "ps", out: "(?s) *PID USER +TIME COMMAND\n.* ps\n.*"},
	{call: "ps aux", out: "(?s)USER +PID +%CPU +VSZ +RSS TTY +STAT START +TIME COMMAND\n.*"},
	{call: "ps -ef", out: "(?s)USER +PID +PPID START TTY +TIME COMMAND\n.*"},
	{call: "ps -o pid,comm", out: "(?s) *PID COMMAND\n.*"},
	{call: "ps -o nosuch", err: "ps: unknown column 'nosuch'\n", status: 1},
	{call: "pwd", out: "/\\S+\n"},
	{call: "readlink link", out: "one\n"},
	{call: "readlink -f link", out: "/\\S+/one\n"},
	{call: "readlink one", status: 1},
	{call: "rm none", err: "rm: cannot remove 'none': No such file or directory\n", status: 1},
	{call: "rm dir", err: "rm: cannot remove 'dir': Is a directory\n", status: 1},
	{call: "rm -r /", err: "rm: cannot remove '/': it is the root directory .*\n", status: 1},
	{call: "rm -r ..", err: "rm: cannot remove '..': it is '.' or '..'\n", status: 1},
	{call: "rm -f none"},
	{call: "rm -i one", input: "n\n", err: "rm: remove 'one'\\? "},
	{call: "rm -rv dir", out: "removed 'dir'\n"},
	{call: "rmdir dir", err: "rmdir: failed to remove 'dir': Directory not empty\n", status: 1},
	{call: "seq 3", out: "1\n2\n3\n"},
	{call: "seq 2 -1 -1", out: "2\n1\n0\n-1\n"},
	{call: "seq -w 8 10", out: "08\n09\n10\n"},
	{call: "seq -s , 0 0.5 1", out: "0.0,0.5,1.0\n"},
	{call: "seq 1 0 2", err: "seq: invalid Zero increment value: '0'\n", status: 1},
	{call: "sh -c exit\t5", status: 5},
	{call: "sha256sum two", out: "[0-9a-f]{64}  two\n"},
	{call: "sleep 0.001s"},
	{call: "sleep never", err: "sleep: invalid time interval 'never'\n", status: 1},
	{call: "sort -n", input: "10\n9\n-1\n", out: "-1\n9\n10\n"},
	{call: "sort -ru", input: "b\na\nb\n", out: "b\na\n"},
	{call: "sort -t : -k 2", input: "a:2\nb:1\n", out: "b:1\na:2\n"},
	{call: "sort none", err: "sort: none: No such file or directory\n", status: 2},
	{call: "stat -c %s.%a.%F.%n one", out: "13.644.regular file.one\n"},
	{call: "stat dir", out: "(?s)  File: dir\n  Size: .* directory\nDevice: .*Access: \\(0755/drwxr-xr-x\\).*Modify: .*"},
	{call: "stat none", err: "stat: cannot stat 'none': No such file or directory\n", status: 1},
	{call: "stress --mem 513M", err: "stress: --mem 513M: a number is wanted, 512M at most\nUsage: .*\n", status: 1},
	{call: "stress --pids 201", err: "stress: --pids 201: a number is wanted, 200 at most\nUsage: .*\n", status: 1},
	{call: "stress --cpu 1 --timeout 61", err: "stress: --timeout 61: a number is wanted, 60 at most\nUsage: .*\n", status: 1},
	{call: "stress", err: "stress: nothing to do\nUsage: .*\n", status: 1},
	{call: "tail -n 1 one", out: "second\n"},
	{call: "tail -n +2 one", out: "second\n"},
	{call: "tail -c 4 one", out: "ond\n"},
	{call: "tee -a two", input: "more", out: "more"},
	{call: "test 1 -eq 2", status: 1},
	{call: "top -b -n 1", out: "(?s)%CPU +PID USER .*COMMAND\n.*"},
	{call: "touch none/x", err: "touch: none/x: No such file or directory\n", status: 1},
	{call: "touch new"},
	{call: "tr a-c A-C", input: "abcd", out: "ABCd"},
	{call: "tr -d [:digit:]", input: "a1b2", out: "ab"},
	{call: "tr -s \\n", input: "a\n\n\nb\n", out: "a\nb\n"},
	{call: "tr -cd a", input: "banana\n", out: "aaa"},
	{call: "true"},
	{call: "umount /no/such", err: "umount: can't unmount /no/such: .*\n", status: 1},
	{call: "uname", out: "Linux\n"},
	{call: "uname -a", out: "Linux \\S+ \\S+ .* GNU/Linux\n"},
	{call: "uniq -c", input: "a\na\nb\n", out: "      2 a\n      1 b\n"},
	{call: "uniq -d", input: "a\na\nb\n", out: "a\n"},
	{call: "uptime", out: "up \\d+ days, +\\d+:\\d\\d,  load average: .*\n"},
	{call: "wc one two", out: " +2 +2 +13 one\n +1 +1 +5 two\n +3 +3 +18 total\n"},
	{call: "wc -l", input: "a\nb", out: "1\n"},
	{call: "wget http://127.0.0.1:1/", err: "wget: can't connect to remote host \\(127.0.0.1:1\\): Connection refused\n", status: 1},
	{call: "wget https://localhost/", err: "wget: not an http url: https://localhost/\n", status: 1},
	{call: "which ls nosuch", out: "/\\S+/bin/ls\n", status: 1},
	{call: "whoami", out: "\\S+\n"},
	{call: "xargs -n 2 echo", input: "a 'b c'\nd", out: "a b c\nd\n"},
	{call: "xargs -I{} echo <{}>", input: "a b\nc\n", out: "<a b>\n<c>\n"},
	{call: "xargs -0 echo", input: "a b\x00c\x00", out: "a b c\n"},
	{call: "xargs nosuchcommand", input: "a", err: "xargs: nosuchcommand: No such file or directory\n", status: 127},
	{call: "xargs -r echo none", out: ""},
	{call: "yes", out: ""},
}

// makeFiles fills a directory for a case.
func makeFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"one": "first\nsecond\n", "two": "zwei\n", ".hidden": "", "dir/inner/deep": "x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		os.Chmod(path, 0o644)
	}
	if err := os.Symlink("one", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCommands(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range commandCases {
		words := strings.Split(strings.ReplaceAll(c.call, "  ", " "), " ")
		for i, w := range words {
			words[i] = strings.ReplaceAll(w, "\t", " ") // a tab stands for a blank in a word
		}
		covered[words[0]] = true
		if c.call == "yes" {
			continue // it ends only when nobody reads: TestYes
		}
		t.Run(c.call, func(t *testing.T) {
			got := run(t, makeFiles(t), c.input, words...)
			matches(t, "output", c.out, got.out)
			matches(t, "complaint", c.err, got.err)
			if got.status != c.status {
				t.Errorf("status %d, want %d", got.status, c.status)
			}
		})
	}
	for name := range table {
		if !covered[name] {
			t.Errorf("%s has no case", name)
		}
	}
}

func matches(t *testing.T, what, want, got string) {
	t.Helper()
	if !regexp.MustCompile("^(?:" + want + ")$").MatchString(got) {
		t.Errorf("%s:\n%.500q\nwant\n%q", what, got, want)
	}
}

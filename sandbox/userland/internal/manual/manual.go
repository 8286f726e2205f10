// Package manual is the one table of the tiny root's commands: their names,
// how each is called, and what it does in a line. The links in /bin, `help`,
// usage messages, completion and the documentation are made from it.
//
// It holds words only. What runs is in package applet, whose table has the same
// names; a test compares the two.
package manual

import "slices"

// Program is the name of the one file in /bin that every command is a link to.
const Program = "tiny"

// Command is one command of the tiny root.
type Command struct {
	Name  string
	Usage string // what follows the name, as in a manual page's synopsis
	What  string // one line
}

// Commands lists all commands, sorted by name.
func Commands() []Command { return slices.Clone(table) }

// Find returns the command of that name.
func Find(name string) (Command, bool) {
	i, ok := slices.BinarySearchFunc(table, name, func(c Command, name string) int {
		if c.Name < name {
			return -1
		} else if c.Name > name {
			return 1
		}
		return 0
	})
	if !ok {
		return Command{}, false
	}
	return table[i], true
}

var table = []Command{
	{"[", "EXPRESSION ]", "check a condition"},
	{"base64", "[-d] [FILE]", "encode or decode base64"},
	{"basename", "NAME [SUFFIX]", "strip the directory from a name"},
	{"cat", "[-n] [FILE]...", "print files"},
	{"chmod", "[-R] MODE FILE...", "change permissions"},
	{"chown", "[-Rh] USER[:GROUP] FILE...", "change owners"},
	{"clear", "", "clear the screen"},
	{"cp", "[-rapfvP] SOURCE... DEST", "copy files"},
	{"cut", "-f LIST [-d C] [-s] | -c LIST [FILE]...", "print parts of lines"},
	{"date", "[-u] [-d TIME] [+FORMAT]", "print the time"},
	{"dd", "[if=FILE] [of=FILE] [bs=N] [count=N] [seek=N] [skip=N]", "copy blocks"},
	{"df", "[-hkT] [FILE]...", "print the space of file systems"},
	{"dirname", "NAME", "print the directory of a name"},
	{"dmesg", "", "print the kernel's messages"},
	{"du", "[-shka] [FILE]...", "print what files take on disk"},
	{"echo", "[-ne] [WORD]...", "print words"},
	{"env", "[-i] [-u NAME] [NAME=VALUE]... [COMMAND [ARG]...]", "print or change the environment"},
	{"false", "", "fail"},
	{"find", "[DIRECTORY]... [EXPRESSION]", "find files by name, type and more"},
	{"free", "[-bkmgh]", "print the memory that is free and used"},
	{"grep", "[-rinvclqEFwoHh] PATTERN [FILE]...", "print the lines that match"},
	{"head", "[-n N | -c N] [FILE]...", "print the first lines"},
	{"help", "[COMMAND]", "print this list"},
	{"hostname", "[NAME]", "print or set the host's name"},
	{"httpd", "[-f] [-p [ADDRESS:]PORT] [-h DIRECTORY]", "serve files over HTTP"},
	{"id", "[-ugGn] [USER]", "print user and group numbers"},
	{"ip", "[-4|-6] [-br] addr|link|route|neigh [COMMAND]", "print or change network interfaces"},
	{"kill", "[-l] [-SIGNAL] PID...", "send signals to processes"},
	{"ln", "[-sfnv] TARGET... LINK|DIRECTORY", "link files"},
	{"ls", "[-alinhdR1CFrtSA] [FILE]...", "list files"},
	{"mkdir", "[-pv] [-m MODE] DIRECTORY...", "make directories"},
	{"mktemp", "[-d] [-p DIRECTORY] [TEMPLATE]", "make a temporary file"},
	{"mount", "[-t TYPE] [-o OPTIONS] [--bind] [SOURCE TARGET]", "mount file systems, or list what is mounted"},
	{"mv", "[-fnv] SOURCE... DEST", "move files"},
	{"nc", "[-l] [-u] [-n] [-v] [-z] [-w SECONDS] [-p PORT] [HOST] [PORT]", "talk over TCP or UDP"},
	{"nproc", "", "print how many processors may be used"},
	{"ping", "[-c COUNT] [-i SECONDS] [-W SECONDS] [-46q] HOST", "ask a host for an answer"},
	{"printf", "FORMAT [WORD]...", "print words in a format"},
	{"ps", "[aux | -ef | -o COLUMNS]", "list processes"},
	{"pwd", "[-P]", "print the working directory"},
	{"readlink", "[-f] FILE...", "print where a link leads"},
	{"rm", "[-rfiv] FILE...", "remove files"},
	{"rmdir", "[-p] DIRECTORY...", "remove empty directories"},
	{"seq", "[-w] [-s STRING] [FIRST [STEP]] LAST", "print numbers"},
	{"sh", "[-l] [-c COMMANDS | FILE] [ARG]...", "the shell"},
	{"sha256sum", "[FILE]...", "print SHA-256 digests"},
	{"sleep", "TIME...", "wait; 10, 0.5, 2m"},
	{"sort", "[-rnu] [-k N] [-t C] [FILE]...", "sort lines"},
	{"stat", "[-L] [-c FORMAT] FILE...", "print what the kernel knows of files"},
	{"stress", "[--cpu N] [--mem SIZE] [--pids N] [--io] [--timeout SECONDS]", "use a lot, within bounds: 60 s, 512M, 200 processes, 256M of disk"},
	{"tail", "[-n N | -c N] [-f] [FILE]...", "print the last lines"},
	{"tee", "[-a] [FILE]...", "copy the input to files and on"},
	{"test", "EXPRESSION", "check a condition"},
	{"top", "[-b] [-d SECONDS] [-n N]", "watch processes"},
	{"touch", "[-acm] [-d TIME] FILE...", "make files, or set their times to now"},
	{"tr", "[-cds] SET1 [SET2]", "replace or delete characters"},
	{"true", "", "succeed"},
	{"umount", "[-l] TARGET...", "unmount file systems"},
	{"uname", "[-asnrvm]", "print the kernel's name and release"},
	{"uniq", "[-cdu] [FILE]", "print lines that differ from the one before"},
	{"uptime", "", "print how long the machine runs"},
	{"wc", "[-lwc] [FILE]...", "count lines, words and bytes"},
	{"wget", "[-q] [-S] [-O FILE] [-T SECONDS] URL", "fetch a file over HTTP"},
	{"which", "NAME...", "print where a command lies"},
	{"whoami", "", "print the user's name"},
	{"xargs", "[-0rt] [-n N] [-I MARK] [COMMAND [ARG]...]", "run a command on what is read"},
	{"yes", "[WORD]...", "print a line for ever"},
}

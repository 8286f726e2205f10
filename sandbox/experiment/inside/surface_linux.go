package inside

import (
	"errors"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("surface", surface) }

// Where programs lie: in the directories of PATH, and down to two directories
// below those in which packages keep the helpers of theirs.
var (
	pathDirs   = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
	helperDirs = []string{"/usr/libexec", "/usr/lib", "/opt"}
)

// What the walk may cost.
const (
	helperDepth  = 2
	mostEntries  = 40000
	mostNames    = 200 // of each kind
	walkPatience = 2 * time.Second
)

// programKinds are programs by what they are good for, by the beginning of the name up
// to a version: python3.11 is python.
var programKinds = map[string][]string{
	"shell":       {"sh", "ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "mksh", "tcsh", "zsh"},
	"interpreter": {"awk", "gawk", "guile", "jq", "lua", "luajit", "mawk", "node", "perl", "php", "python", "Rscript", "ruby", "tclsh"},
	"network":     {"curl", "dig", "ftp", "ip", "nc", "ncat", "netcat", "nmap", "nslookup", "ping", "rsync", "scp", "socat", "ssh", "tcpdump", "telnet", "tftp", "wget"},
}

type surveyor struct {
	Surface
	seen     map[Inode]bool
	deadline time.Time
	noGain   bool // no_new_privs
}

// surface walks where programs lie.
func surface(a *Act) error {
	s := surveyor{seen: map[Inode]bool{}, deadline: time.Now().Add(walkPatience)}
	s.Complete = true
	if n, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err == nil {
		s.noGain = n == 1
	}
	for _, dir := range pathDirs {
		s.walk(dir, 0, true)
	}
	for _, dir := range helperDirs {
		s.walk(dir, helperDepth, false)
	}
	for _, list := range []*[]string{&s.Shells, &s.Interpreters, &s.Network} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return a.Say(s.Surface)
}

// walk looks at a directory, and depth levels below it. It is read in parts: a
// directory may be as long as somebody likes.
func (s *surveyor) walk(dir string, depth int, onPath bool) {
	f, err := os.Open(dir)
	if err != nil {
		return // not there, or not to be read: nothing to be found in it
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(512)
		for _, e := range entries {
			if s.Entries++; s.Entries > mostEntries || time.Now().After(s.deadline) {
				s.Complete = false
				return
			}
			switch file := path.Join(dir, e.Name()); {
			case e.IsDir() && depth > 0:
				s.walk(file, depth-1, onPath)
			case e.Type().IsRegular() || onPath && e.Type() == fs.ModeSymlink:
				s.look(file, onPath)
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.Complete = false
			}
			return
		}
	}
}

func (s *surveyor) look(file string, onPath bool) {
	var st unix.Stat_t
	if unix.Stat(file, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Mode&0o111 == 0 {
		return
	}
	if onPath {
		s.name(path.Base(file))
	}
	id := Inode{Device: st.Dev, Inode: st.Ino}
	if s.seen[id] {
		return
	}
	s.seen[id] = true
	if onPath {
		s.Programs = append(s.Programs, markOf(path.Base(file), st.Size))
	}
	setID := st.Mode&(unix.S_ISUID|unix.S_ISGID) != 0
	capable := false
	if !setID {
		n, err := unix.Getxattr(file, "security.capability", nil)
		capable = err == nil && n > 0
	}
	noteFile(&s.SetID, file, setID)
	noteFile(&s.Capable, file, capable)
	noteFile(&s.Live, file, (setID || capable) && !s.noGain && gives(file, st))
}

// gives tells whether executing a file changes whose rights are used: not from
// a mount with nosuid, and not when its owner is nobody here; execve(2).
func gives(file string, st unix.Stat_t) bool {
	var fs unix.Statfs_t
	if unix.Statfs(file, &fs) != nil || fs.Flags&unix.ST_NOSUID != 0 {
		return false
	}
	const overflow = 65534 // /proc/sys/kernel/overflowuid
	return st.Uid != overflow && st.Gid != overflow
}

func noteFile(list *[]string, file string, is bool) {
	if is && len(*list) < mostNames {
		*list = append(*list, file)
	}
}

// name sorts a program by what it is good for.
func (s *surveyor) name(program string) {
	plain := strings.TrimRight(program, "0123456789.-")
	for kind, list := range map[string]*[]string{"shell": &s.Shells, "interpreter": &s.Interpreters, "network": &s.Network} {
		if slices.Contains(programKinds[kind], plain) {
			noteFile(list, program, true)
		}
	}
}

// markOf makes one number of a program's name and size.
func markOf(name string, size int64) uint64 {
	h := fnv.New64a()
	io.WriteString(h, name+"\x00"+strconv.FormatInt(size, 10))
	return h.Sum64() >> 11 // JSON keeps 53 bits
}

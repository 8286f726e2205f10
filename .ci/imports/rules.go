package main

import (
	"slices"
	"strings"
)

// room is a part of the project, a directory with what lies below it.
type room struct {
	dir string
	may []string // the rooms it may import from, besides itself
	say string
}

// rooms are all of them. One that lies inside another stands before it.
var rooms = []room{
	{"cmd", []string{"tui", "class", "class/desk", "class/channel", "lessons/play", "lessons", "sandbox", "content"}, "cmd may import tui, class, lessons/play, lessons, sandbox and content"},
	{"class/channel", nil, "class/channel imports nothing else of this module"},
	{"class/desk", []string{"class", "class/channel", "tui", "lessons", "sandbox"}, "class/desk may import class, tui, lessons and sandbox"},
	{"class", []string{"class/channel", "lessons", "sandbox"}, "class may import lessons and sandbox"},
	{"tui", []string{"class/channel", "lessons/play", "lessons", "sandbox"}, "tui may import class/channel, lessons/play, lessons and sandbox"},
	{"lessons/play", []string{"lessons", "sandbox"}, "lessons/play may import lessons and sandbox"},
	{"lessons", nil, "lessons imports nothing else of this module"},
	{"content", nil, "content imports nothing of this module"},
	{"sandbox", nil, "sandbox imports nothing else of this module"},
}

// bans keep packages of others out of rooms.
var bans = []struct {
	where func(dir string) bool
	paths []string
	say   string
}{
	{func(dir string) bool { return !within(dir, "sandbox") }, []string{"golang.org/x/sys/unix"},
		"golang.org/x/sys/unix stays inside sandbox"},
	{func(dir string) bool { return within(dir, "lessons") }, []string{"golang.org/x/sys"},
		"lessons does without golang.org/x/sys: syscall is enough"},
	{func(dir string) bool { return within(dir, "sandbox") || within(dir, "lessons") }, []string{"charm.land", "github.com/charmbracelet"},
		"sandbox and lessons know no screen: no Charm package"},
	{func(dir string) bool { return within(dir, "class") && !within(dir, "class/desk") }, []string{"charm.land/bubbletea", "charm.land/lipgloss", "charm.land/log", "charm.land/wish/v2/bubbletea", "github.com/charmbracelet/x"},
		"class knows no screen but class/desk: of Charm's packages it has wish and ssh"},
}

// breaks returns the rules that the file breaks by importing path, in words.
func breaks(module string, f file, path string) []string {
	var said []string
	if say := wrongWay(module, f, path); say != "" {
		said = append(said, say)
	}
	for _, b := range bans {
		if b.where(f.dir) && slices.ContainsFunc(b.paths, func(p string) bool { return within(path, p) }) {
			said = append(said, b.say)
		}
	}
	return said
}

// wrongWay tells whether an import goes against the arrows between the rooms.
// Tests may read the course as well: it is plain files.
func wrongWay(module string, f file, path string) string {
	if !within(path, module) {
		return ""
	}
	from, ok := roomOf(f.dir)
	if !ok {
		return "there are no packages outside of cmd, tui, class, lessons, content and sandbox"
	}
	to, ok := roomOf(strings.TrimPrefix(strings.TrimPrefix(path, module), "/"))
	if ok && (to == from || slices.Contains(rooms[from].may, rooms[to].dir) || f.test && rooms[to].dir == "content") {
		return ""
	}
	return rooms[from].say
}

// roomOf returns the index of the room that a directory lies in.
func roomOf(dir string) (int, bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return within(dir, r.dir) })
	return i, i >= 0
}

// within tells whether path is top or lies below it.
func within(path, top string) bool { return path == top || strings.HasPrefix(path, top+"/") }

package main

// scene is one picture: how to come to a screen.
type scene struct {
	name       string
	about      string // for who cannot see it
	args       []string
	cols, rows int
	steps      []step
}

// step waits until the screen shows something, and then presses keys.
type step struct{ see, press string }

const (
	enter = "\r"
	down  = "\x1b[B"
)

var scenes = []scene{
	{"home", "The home screen: the course with its parts, and beside it the poles of the tent.", nil, 120, 40,
		[]step{{"checks pass", ""}}},
	{"lesson", "A step of a lesson: a prediction and what was measured, the tent, the board, and what the kernel was asked.",
		[]string{"learn", "mounts"}, 120, 40, []step{
			{"step 1 of", enter}, {"predict and run", "3" + enter}, {"run again", ""},
		}},
	{"task", "A task, with a shell inside and a shell on the host.", []string{"learn", "mounts"}, 120, 40, []step{
		{"step 1 of", enter}, {"predict and run", "3" + enter}, {"run again", "n"}, {"step 3 of", enter},
		{"keys go to: INSIDE", "mount -t tmpfs tmpfs /tmp" + enter}, {"[x]", "df /tmp" + enter}, {"Filesystem", ""},
	}},
	{"sandbox", "The sandbox screen: all layers as switches.", []string{"sandbox"}, 120, 40, []step{
		{"what it can", ""},
	}},
}

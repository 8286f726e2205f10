// Package scribe writes down what learners have done in tents whose server was
// killed.
//
// A tent ends with its server, and its files with it: they lie in memory. What a
// learner has seen to be done is in such a file, and the server copies it only from
// time to time. So a second process holds the same directories open. It does
// nothing as long as the server lives. When the server is gone, it waits until the
// tent's last process is, too, writes the files to disk, and ends. The next server
// waits for that, by the lock that both hold, and takes the files in.
package scribe

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Tent is what is held of a learner's tent.
type Tent struct {
	Home *os.File // the directory that the file lies below
	Init *os.File // the directory of its init in /proc; when that is gone, all are
}

// Progress is the file, below a tent's home, and the most it may hold.
type Progress struct {
	Path string
	Max  int64
}

// Left reads what was written down in a directory, by the numbers of the learners.
func Left(dir string) (map[int64][]byte, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	left := map[int64][]byte{}
	for _, f := range files {
		word, _ := strings.CutSuffix(f.Name(), ".json")
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			continue // one that was not finished
		}
		if left[id], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// Forget removes what was written down of a learner.
func Forget(dir string, learner int64) error { return os.Remove(fileOf(dir, learner)) }

func fileOf(dir string, learner int64) string {
	return filepath.Join(dir, strconv.FormatInt(learner, 10)+".json")
}

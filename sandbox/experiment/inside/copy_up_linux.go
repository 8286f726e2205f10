package inside

import (
	"os"
	"time"
)

func init() { register("copy-up", firstWrite) }

// firstWrite writes one byte to each file. An overlay copies a file of its
// lower directory when it is opened to be written; overlayfs.rst, "Non-directories".
func firstWrite(a *Act) error {
	var given FirstWrite
	if err := a.Given(&given); err != nil {
		return err
	}
	var out FirstWritten
	for _, file := range given.Files {
		begin := time.Now()
		if err := writeByte(file, given.Byte); err != nil {
			out.Refused = Explain(err)
			break
		}
		out.Microseconds = append(out.Microseconds, float64(time.Since(begin).Nanoseconds())/1000)
	}
	return a.Say(out)
}

func writeByte(file string, b byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt([]byte{b}, 0)
	return err
}

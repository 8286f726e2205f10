package play

import "regexp"

// errnoWords are the words of errno(3) for the answers of the kernel that
// experiments come by.
var errnoWords = map[string]string{
	"EACCES":       "permission denied",
	"EAGAIN":       "try again: there is no more for now",
	"EBADF":        "no open file of that number",
	"EBUSY":        "device or resource busy",
	"ECONNREFUSED": "connection refused: nobody listens",
	"EEXIST":       "it exists already",
	"EHOSTUNREACH": "no way to that host",
	"EINVAL":       "invalid argument",
	"EIO":          "input or output failed",
	"ENETUNREACH":  "no way to that network",
	"ENODEV":       "no such device",
	"ENOENT":       "no such file or directory",
	"ENOMEM":       "out of memory",
	"ENOSPC":       "no space left",
	"ENOSYS":       "the kernel has no such call",
	"ENXIO":        "no such device or address",
	"EOPNOTSUPP":   "not supported",
	"EPERM":        "operation not permitted",
	"EROFS":        "read-only file system",
	"ESRCH":        "no such process",
	"ETIMEDOUT":    "timed out",
}

var errnoName = regexp.MustCompile(`\bE[A-Z]{2,}\b`)

// withErrnoWords says behind the name of an error what it means, the first time
// that it stands in a text.
func withErrnoWords(text string) string {
	said := map[string]bool{}
	return errnoName.ReplaceAllStringFunc(text, func(name string) string {
		words, known := errnoWords[name]
		if !known || said[name] {
			return name
		}
		said[name] = true
		return name + " (" + words + ")"
	})
}

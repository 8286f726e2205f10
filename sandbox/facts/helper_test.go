package facts

import (
	"os"
	"strconv"
	"testing"
)

// skip leaves a test out for a reason. Where everything must run it is a
// failure instead.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" {
		t.Fatal("must not be skipped: " + why)
	}
	t.Skip(why)
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func itoa(n int) string { return strconv.Itoa(n) }

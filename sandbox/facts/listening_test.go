package facts

import (
	"slices"
	"testing"
)

func TestListening(t *testing.T) {
	const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	tables := map[string]string{
		"net/tcp": header +
			"   0: 0100007F:7A69 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n" +
			"   1: 0100007F:0050 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1\n",
		"net/tcp6": header +
			"   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 3\n" +
			"   1: 00000000000000000000000001000000:7A69 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4\n",
	}
	got, err := listening(files(tables))
	if want := []int{22, 31337}; err != nil || !slices.Equal(got, want) {
		t.Errorf("listening: %v, %v; want %v", got, err, want)
	}
	if _, err := listening(files(nil)); err == nil {
		t.Error("no error without the table")
	}
}

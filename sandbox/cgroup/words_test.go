package cgroup

import (
	"reflect"
	"testing"
)

func TestParseLimits(t *testing.T) {
	got, err := ParseLimits(map[string]string{"memory": "64M", "cpus": "0.5", "pids": "32", "io": "254:0 wbps=1M"})
	want := Limits{Memory: 64 << 20, CPUs: 0.5, PIDs: 32}
	want.IO = got.IO
	if err != nil || !reflect.DeepEqual(got, want) || len(got.IO) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []map[string]string{{"memry": "1M"}, {"memory": "much"}, {"cpus": "-1"}, {"pids": "x"}, {"io": "disk"}} {
		if _, err := ParseLimits(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

package inside

import (
	"time"
)

func init() { register("noisy-neighbour", doJobs) }

const (
	// jobTime is how long a job takes that nobody disturbs.
	jobTime = time.Millisecond
	// jobPause between two jobs: it is a service that is asked now and then.
	jobPause = 200 * time.Microsecond
)

// doJobs does as many jobs as it is told, again and again. The job is the same
// amount of arithmetic each time.
func doJobs(a *Act) error {
	within(30 * time.Second)
	size := jobSize()
	for {
		var wanted Jobs
		if err := a.Hear(&wanted); err != nil {
			return unlessOver(err)
		}
		var took Took
		for range clamp(wanted.Count, 1, JobsMost) {
			took.Micros = append(took.Micros, float64(job(size).Nanoseconds())/1000)
			time.Sleep(jobPause)
		}
		if err := a.Say(took); err != nil {
			return err
		}
	}
}

// jobSize finds out how many rounds take jobTime: by the fastest of a few
// tries, for others may be in the way.
func jobSize() int {
	const rounds = 100_000
	fastest := time.Hour
	for range 20 {
		fastest = min(fastest, job(rounds))
	}
	return int(rounds * float64(jobTime) / float64(max(fastest, time.Microsecond)))
}

// job makes random numbers (xorshift), and nothing of them.
func job(rounds int) time.Duration {
	begin := time.Now()
	x := uint64(begin.UnixNano()) | 1
	for range rounds {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	if x == 0 { // never: xorshift does not reach it
		return 0
	}
	return time.Since(begin)
}

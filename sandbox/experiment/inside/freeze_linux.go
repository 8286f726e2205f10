package inside

import "time"

func init() { register("freeze", keepCount) }

// keepCount counts, and says how far it is after the next count whenever it is
// asked: an answer tells that it still counts.
func keepCount(a *Act) error {
	within(30 * time.Second)
	asked := make(chan error)
	go func() {
		var err error
		for err == nil {
			var asking struct{}
			err = a.Hear(&asking)
			asked <- err
		}
	}()
	var now Counted
	for last := time.Now(); ; {
		time.Sleep(time.Millisecond)
		turn := time.Now()
		now.Count++
		now.Gap = max(now.Gap, turn.Sub(last).Microseconds())
		last = turn
		select {
		case err := <-asked:
			if err != nil {
				return unlessOver(err)
			}
			if err := a.Say(now); err != nil {
				return err
			}
			now.Gap = 0
		default:
		}
	}
}

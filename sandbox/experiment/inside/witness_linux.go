package inside

import (
	"errors"
	"io"
)

func init() { register("witness", stand) }

// stand answers for as long as somebody asks.
func stand(a *Act) error {
	spareThreads()
	for times := 1; ; times++ {
		if err := a.Say(Witness{Times: times}); err != nil {
			return err
		}
		var asked struct{}
		if err := a.Hear(&asked); err != nil {
			return unlessOver(err)
		}
	}
}

// unlessOver forgives the end of standard input: the host wants no more.
func unlessOver(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

package inside

func init() { register("rest", rest) }

// rest says that it is there, and does nothing from then on.
func rest(a *Act) error {
	if err := a.Say(true); err != nil {
		return err
	}
	a.Stay()
	return nil
}

package inside

func init() {
	register("stay", func(a *Act) error { a.Stay(); return nil })
}

package inside

import "golang.org/x/sys/unix"

func init() { register("signals", send) }

func send(a *Act) error {
	var given Send
	if err := a.Given(&given); err != nil {
		return err
	}
	shared, err := shares("pid", given.Shared)
	if err != nil {
		return err
	}
	out := Sent{Out: Explain(unix.Kill(given.PID, 0)), Shared: shared}
	if out.Shared {
		out.Asked = Explain(unix.Kill(1, 0))
	} else {
		// The kernel drops what comes from within: SIGKILL always, any other
		// signal unless PID 1 has a handler for it; pid_namespaces(7).
		out.Asked = Explain(unix.Kill(1, unix.SIGKILL))
		out.Survived = unix.Kill(1, 0) != unix.ESRCH
	}
	return a.Say(out)
}

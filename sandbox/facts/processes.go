package facts

// markInside marks the target, its descendants and, with the namespace being
// the sandbox's own, everybody.
func markInside(list []Process, target int, everybody bool) {
	inside := map[int]bool{target: true}
	// Ids wrap around, so a child can come before its parent in the list: go
	// over it until nothing new is found, which is nearly always the second
	// time.
	for grew := true; grew; {
		grew = false
		for _, p := range list {
			if !inside[p.PID] && inside[p.Parent] {
				inside[p.PID], grew = true, true
			}
		}
	}
	for i, p := range list {
		list[i].Inside = everybody || inside[p.PID]
	}
}

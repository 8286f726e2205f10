package facts

// PathRow begins the id of a row that compares a path: "path:/tmp".
const PathRow = "path:"

// RowIDs are the ids of all rows that any board has, in its order. Rows of paths
// come on top, where they are asked for.
func RowIDs() []string {
	ids := KernelRowIDs()
	for _, r := range Compare(Facts{}, Facts{}).Rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// KernelRowIDs are the ids of those that a board has only where inside there is
// a kernel of its own.
func KernelRowIDs() (ids []string) {
	for _, k := range kernelKinds() {
		ids = append(ids, k.id)
	}
	return ids
}

package inside

// Bystand asks a process to be there and do nothing: the one outside whom the
// inside is to find, reach or read.
type Bystand struct {
	Name string `json:"name"` // at most 15 bytes; it is what ps shows
	Word string `json:"word"` // held in its memory
}

// Bystander is where the word is held.
type Bystander struct {
	Address uint64 `json:"address"`
}

package inside

// Burn asks for processor time to be used.
type Burn struct {
	Threads      int `json:"threads"`
	Windows      int `json:"windows"`      // how often it says what it got
	Milliseconds int `json:"milliseconds"` // of each window
}

// Ceilings of Burn, whatever is asked for.
const (
	BurnThreads      = 64
	BurnWindows      = 10
	BurnMilliseconds = 2000 // all windows together
)

// Burnt is what it got in one window.
type Burnt struct {
	Wall int64 `json:"wall_us"`
	CPU  int64 `json:"cpu_us"` // of all threads
}

// Package plant declares what a control room sees of a plant, and what it can do there.
package plant

//go:generate go tool eventgen

// Reading is what a sensor measures. A window that cannot keep up needs the newest one only.
//
//eventgen:event sensor:reading key=Sensor throttle=50ms sticky slow=latest
type Reading struct {
	Sensor  string  `json:"sensor"`
	Celsius float64 `json:"celsius"`
	Limit   float64 `json:"limit"` // above it, there is an alarm
}

// Alarm tells that a sensor's reading has passed its limit, or is back below it.
//
//eventgen:event sensor:alarm key=Sensor sticky flushes=sensor:reading
type Alarm struct {
	Sensor string `json:"sensor"`
	State  State  `json:"state"`
}

// State is how an alarm stands.
type State string

// The states.
const (
	StateQuiet        State = "quiet"
	StateRaised       State = "raised"
	StateAcknowledged State = "acknowledged"
)

// Acknowledge says that somebody has seen an alarm.
//
//eventgen:event alarm:acknowledge from=client
type Acknowledge struct {
	Sensor string `json:"sensor"`
}

// Line is a line of the plant's log.
//
//eventgen:event log:line batch=100 wait=50ms
type Line struct {
	Level Level  `json:"level"`
	Text  string `json:"text"`
}

// Level is how much a line matters.
type Level string

// The levels.
const (
	LevelInfo Level = "info"
	LevelWarn Level = "warn"
)

// Session is what happens to the session of an operator.
//
//eventgen:union tag=type
//eventgen:event session:event replay=8
type Session interface{ isSession() }

// SignedIn says that an operator has come.
type SignedIn struct {
	User string `json:"user"`
	Desk int32  `json:"desk"`
}

// SignedOut says that an operator has left.
type SignedOut struct {
	User string `json:"user"`
}

// Locked says that an account was locked after failed attempts.
type Locked struct {
	User     string `json:"user"`
	Attempts int32  `json:"attempts"`
}

func (SignedIn) isSession()  {}
func (SignedOut) isSession() {}
func (Locked) isSession()    {}

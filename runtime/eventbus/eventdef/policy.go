package eventdef

// Direction says who may emit an event.
type Direction uint8

const (
	// FromServer events are emitted by Go code alone. An emit from a client is refused.
	FromServer Direction = iota
	// FromClient events are emitted by clients alone. An emit from Go is refused.
	FromClient
	// FromBoth events are emitted by Go code and by clients.
	FromBoth
)

// String returns the word that the directive uses.
func (d Direction) String() string {
	switch d {
	case FromServer:
		return "server"
	case FromClient:
		return "client"
	case FromBoth:
		return "both"
	}
	return "invalid"
}

// Audience says whom an event may be addressed to.
type Audience uint8

const (
	// ToAny events may be broadcast and addressed to any target.
	ToAny Audience = iota
	// ToWindow events must be addressed to windows: [Window], [Windows] or [Where].
	ToWindow
	// ToGroup events must be addressed to a group: [Group] or [Where].
	ToGroup
)

// String returns the word that the directive uses.
func (a Audience) String() string {
	switch a {
	case ToAny:
		return "any"
	case ToWindow:
		return "window"
	case ToGroup:
		return "group"
	}
	return "invalid"
}

// SlowPolicy says what happens to a client that cannot keep up with an event. Transports carry it out; the
// log keeps what they need for it.
type SlowPolicy uint8

const (
	// SlowResume disconnects the client once the log no longer holds what it lacks, or once it lacks more than the
	// transport allows. It comes back, resumes from the log, and is told of a gap if the log no longer reaches back.
	SlowResume SlowPolicy = iota
	// SlowLatest skips, while a client has not caught up, every value that a newer one of the same key and
	// target has replaced. See [Entry.Superseded].
	SlowLatest
	// SlowDrop skips entries while the client has not caught up, counts them, and reports the count as a gap.
	SlowDrop
)

// String returns the word that the directive uses.
func (p SlowPolicy) String() string {
	switch p {
	case SlowResume:
		return "resume"
	case SlowLatest:
		return "latest"
	case SlowDrop:
		return "drop"
	}
	return "invalid"
}

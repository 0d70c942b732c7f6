package eventbus

// ListenOption configures one listener.
type ListenOption interface{ applyListen(c *listenConfig) }

type listenOptionFunc func(*listenConfig)

func (f listenOptionFunc) applyListen(c *listenConfig) { f(c) }

type listenConfig struct {
	async    int
	overflow Overflow
	every    bool
	allNodes bool
	refused  *error // where to put why the listener is refused
}

// Overflow says what happens when the queue of an [Async] listener is full. Whatever is dropped is
// counted and reported to the error handler as [CodeOverflow].
type Overflow uint8

const (
	// Block makes the emitter wait for room, or until its context is done: then the payload is dropped.
	Block Overflow = iota
	// DropOldest gives up the oldest queued payload.
	DropOldest
	// DropNewest gives up the payload being emitted.
	DropNewest
	// Latest gives up all that is queued but the payload being emitted.
	Latest
)

// String returns the policy's name.
func (o Overflow) String() string {
	switch o {
	case Block:
		return "block"
	case DropOldest:
		return "drop-oldest"
	case DropNewest:
		return "drop-newest"
	case Latest:
		return "latest"
	}
	return "invalid"
}

// Async runs the listener apart from emitters: payloads wait in the listener's own queue of n, and are
// handed to it one at a time and in order. The context it gets has the values of the emit's and not its
// cancellation. An n below 1 is an error, which goes to the error handler, and nothing is registered.
func Async(n int, overflow Overflow) ListenOption {
	return listenOptionFunc(func(c *listenConfig) {
		c.async, c.overflow = n, overflow
		if n < 1 {
			c.async = -1
		}
	})
}

// EveryEmit lets the listener see every emit as it is made, through throttle, debounce and batch.
func EveryEmit() ListenOption {
	return listenOptionFunc(func(c *listenConfig) { c.every = true })
}

// AllNodes lets the listener also see what other nodes emit, when a broker joins them. Without it a Go
// listener runs once in the whole cluster: on the node that emits. What other nodes emit is handed over by the goroutine
// that also serves this node's windows from the log: give a listener that may be slow [Async] too.
func AllNodes() ListenOption {
	return listenOptionFunc(func(c *listenConfig) { c.allNodes = true })
}

// Refused puts into err why the listener is refused, and nil if it is not. Without it the error handler of the bus gets
// the reason, an [Error] with [CodeUnknownEvent], [CodeClosed], [CodeListen] or [CodePanic].
func Refused(err *error) ListenOption {
	return listenOptionFunc(func(c *listenConfig) {
		if c.refused = err; err != nil {
			*err = nil
		}
	})
}

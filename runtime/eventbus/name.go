package eventbus

// Name declares an event over a payload type that the declaring package does not own. The constant's
// value is the wire name, its doc comment carries the directive:
//
//	//eventgen:event batch=50 wait=20ms
//	const LogLine eventbus.Name[string] = "log:line"
//
// It is read by the generator only and does nothing at run time.
type Name[T any] string

// Empty is the payload of an event that carries nothing but its name. On the wire such an event has no
// payload member at all.
type Empty struct{}

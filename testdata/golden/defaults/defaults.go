// Package defaults says once what holds for all of its events.
//
//eventgen:defaults prefix=chat: throttle=50ms
package defaults

//eventgen:event
type MessageSent struct{ Text string }

//eventgen:event typing throttle=1s
type Typing struct{ User string }

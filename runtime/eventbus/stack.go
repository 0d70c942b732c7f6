package eventbus

import (
	"runtime"
	"strings"
)

// Callbacks are code of the application that the bus calls and waits for: listeners, error handlers, encoders,
// decoders, key functions. From inside one, nothing may wait for what the bus is doing: it would wait for itself.
//
// Every function of this package that calls such code has a name that begins with this, and no other has.
const callbackFrame = ".call"

// packagePath is the path of this package, as the names of its functions have it.
var packagePath = func() string {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name() // …/eventbus.init.func1
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	return name[:slash+1+dot]
}()

// insideCallback reports whether the calling goroutine is in a callback of some bus. It walks the stack, which
// is slow, and is asked only where a caller would have to wait. A goroutine that a callback has started, and
// waits for, cannot be told from others.
func insideCallback() bool {
	pcs := make([]uintptr, 64)
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs)
		frames := runtime.CallersFrames(pcs[:n])
		for {
			frame, more := frames.Next()
			if function, ours := strings.CutPrefix(frame.Function, packagePath+"."); ours && strings.Contains("."+function, callbackFrame) {
				return true
			}
			if !more {
				break
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

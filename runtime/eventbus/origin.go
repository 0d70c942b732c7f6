package eventbus

import (
	"errors"
	"reflect"
	"runtime"
	"strings"
)

// origin is the stack at a call of [Define]: it says which package's catalogue an event is in. It is
// resolved for an error message alone.
type origin [3]uintptr

// originOf is called by what Define calls.
func originOf() (o origin) {
	runtime.Callers(3, o[:])
	return o
}

// ours begins the names of this package's functions.
var ours = reflect.TypeFor[origin]().PkgPath() + "."

// unlisted says which catalogue a bus lacks.
func (o origin) unlisted() error {
	frames := runtime.CallersFrames(o[:])
	for {
		frame, more := frames.Next()
		if path, ok := strings.CutSuffix(frame.Function, ".init"); ok && !strings.HasPrefix(frame.Function, ours) {
			pkg := path[strings.LastIndexByte(path, '/')+1:]
			return errors.New("no catalogue of this bus has it: New needs WithCatalog(" + pkg + ".Events)")
		}
		if !more {
			return errors.New("no catalogue of this bus has it: New needs WithCatalog with one that does")
		}
	}
}

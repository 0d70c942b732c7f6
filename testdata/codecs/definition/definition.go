// Package definition gets at the generated codecs of an event. They are private to eventbus; that
// they can be got at here is nobody else's business.
package definition

import (
	"reflect"
	"unsafe"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Of returns the payload type of an event and its functions as values of their own types:
// func([]byte, *T) ([]byte, error) and func([]byte, *T) error, which is nil if clients do not emit
// the event.
func Of(e eventbus.AnyEvent) (payload reflect.Type, encode, decode reflect.Value) {
	def := reflect.ValueOf(e).Elem().FieldByName("event").FieldByName("def")
	emit, _ := reflect.TypeOf(e).MethodByName("Emit")
	payload = emit.Type.In(3)
	text, fail := reflect.TypeFor[[]byte](), reflect.TypeFor[error]()
	args := []reflect.Type{text, reflect.PointerTo(payload)}
	function := func(field string, results ...reflect.Type) reflect.Value {
		at := unsafe.Pointer(def.FieldByName(field).UnsafeAddr())
		return reflect.NewAt(reflect.FuncOf(args, results, false), at).Elem()
	}
	return payload, function("Encode", text, fail), function("Decode", fail)
}

// Typed is [Of] for an event whose payload type is known.
func Typed[T any](e *eventbus.Event[T]) (encode func([]byte, *T) ([]byte, error), decode func([]byte, *T) error) {
	_, encoder, decoder := Of(e)
	return encoder.Interface().(func([]byte, *T) ([]byte, error)), decoder.Interface().(func([]byte, *T) error)
}

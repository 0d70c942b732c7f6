package codec

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// AppendTime appends t as a string in RFC 3339 with the fraction it has. A year outside 0 to
// 9999 is an *Error.
func AppendTime(dst []byte, t time.Time) ([]byte, error) {
	n := len(dst)
	out, err := t.AppendText(append(dst, '"'))
	if err != nil {
		return dst[:n], &Error{Err: err}
	}
	return append(out, '"'), nil
}

// AppendBytes appends s as a string in padded standard base64, whatever its type of byte is
// called. It does not tell nil from empty.
func AppendBytes[S ~[]E, E ~uint8](dst []byte, s S) []byte {
	return appendBase64(dst, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)))
}

func appendBase64(dst, s []byte) []byte {
	dst = slices.Grow(dst, base64.StdEncoding.EncodedLen(len(s))+2)
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, s)
	return append(dst, '"')
}

// AppendMarshaler appends what m.MarshalJSON returns, compacted and HTML-safe. m must not be nil.
func AppendMarshaler[M json.Marshaler](dst []byte, m M) ([]byte, error) {
	raw, err := m.MarshalJSON()
	if err != nil {
		return dst, &Error{Err: err}
	}
	return AppendRaw(dst, raw)
}

// AppendTextMarshaler appends what m.MarshalText returns as a string. m must not be nil.
func AppendTextMarshaler[M encoding.TextMarshaler](dst []byte, m M) ([]byte, error) {
	text, err := m.MarshalText()
	if err != nil {
		return dst, &Error{Err: err}
	}
	return AppendText(dst, text), nil
}

// AppendJSON appends what json.Marshal writes for v: the way of types that generated code cannot
// name. A pointer is written as what it points to, which keeps that addressable.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	out, err := json.Marshal(v)
	if err != nil {
		return dst, &Error{Err: err}
	}
	return append(dst, out...), nil
}

// IsZero reports whether *v is the zero value of its type, as omitzero asks.
func IsZero[T comparable](v *T) bool {
	var zero T
	return *v == zero
}

// IsZeroValue is IsZero for types that neither can be compared nor have fields that generated
// code can name. It uses reflection.
func IsZeroValue[T any](v *T) bool { return reflect.ValueOf(v).Elem().IsZero() }

// IsEmpty reports whether omitempty leaves *v out, for a type whose kind generated code cannot
// see: an argument of a generic type. It uses reflection.
func IsEmpty[T any](v *T) bool {
	switch e := reflect.ValueOf(v).Elem(); e.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return e.Len() == 0
	case reflect.Bool, reflect.Interface, reflect.Pointer,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return e.IsZero()
	}
	return false
}

// IsZeroer reports whether omitzero leaves out v, an interface with the method IsZero: nil and a
// nil pointer are zero too. It uses reflection only for what may be a nil pointer.
func IsZeroer(v interface{ IsZero() bool }) bool {
	if v == nil {
		return true
	}
	if data := (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1]; data != nil {
		return v.IsZero()
	}
	if e := reflect.ValueOf(v); e.Kind() == reflect.Pointer && e.IsNil() {
		return true
	}
	return v.IsZero()
}

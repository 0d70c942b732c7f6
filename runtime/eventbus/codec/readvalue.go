package codec

import (
	"encoding"
	"encoding/json"
	"fmt"
	"unsafe"
)

// Raw reads any value and keeps a copy of its text.
func (d *Decoder) Raw() json.RawMessage {
	text, ok := d.raw()
	if !ok {
		return nil
	}
	return append(json.RawMessage{}, text...)
}

// raw skips any value and returns its text, which shares memory with the payload.
func (d *Decoder) raw() ([]byte, bool) {
	at, before := d.Offset(), len(d.problems)
	if !d.skip() {
		return nil, false
	}
	return d.src[at:d.pos:d.pos], len(d.problems) == before
}

// JSON reads any value by json.Unmarshal: the way of types that generated code cannot name, and
// of interfaces.
func (d *Decoder) JSON(v any) {
	if p, ok := v.(*any); ok {
		*p = d.Any()
		return
	}
	at := d.Offset()
	if text, ok := d.raw(); ok {
		d.guard(at, func() error { return json.Unmarshal(text, v) })
	}
}

// QuotedJSON reads a string, and the JSON in it as JSON does.
func (d *Decoder) QuotedJSON(v any) {
	at := d.Offset()
	if text, ok := d.Text(); ok {
		d.guard(at, func() error { return json.Unmarshal(text, v) })
	}
}

// Unmarshal reads any value by v.UnmarshalJSON.
func (d *Decoder) Unmarshal(v json.Unmarshaler) {
	at := d.Offset()
	if text, ok := d.raw(); ok {
		d.guard(at, func() error { return v.UnmarshalJSON(text) })
	}
}

// UnmarshalTime reads a string by the v.UnmarshalJSON of a time, which on its own would take null too.
func (d *Decoder) UnmarshalTime(v json.Unmarshaler) {
	if d.peek() != '"' {
		d.wrong(rfc3339)
		return
	}
	at := d.pos
	text, ok := d.raw()
	switch {
	case !ok:
	case isTime(text):
		d.guard(at, func() error { return v.UnmarshalJSON(text) })
	default:
		d.Refuse(at, rfc3339, shorten(string(text)))
	}
}

// UnmarshalText reads a string by v.UnmarshalText.
func (d *Decoder) UnmarshalText(v encoding.TextUnmarshaler) {
	at := d.Offset()
	if text, ok := d.Text(); ok {
		d.guard(at, func() error { return v.UnmarshalText(text) })
	}
}

// guard calls a method of the user's and records what it refuses. A panic is an error too.
func (d *Decoder) guard(at int, f func() error) {
	if err := call(f); err != nil {
		d.problem(problem{at: at, err: err})
	}
}

func call(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

// Validator is a payload that checks itself.
type Validator interface{ Validate() error }

// Validate calls v.Validate. An error that is an [*Error] or [Errors] keeps its path.
func Validate(v Validator) error {
	err := call(v.Validate)
	switch err.(type) {
	case nil, *Error, Errors:
		return err
	}
	return &Error{Err: err}
}

// Any reads any value as encoding/json does into an empty interface, except that a property may
// come only once.
func (d *Decoder) Any() any {
	switch c := d.peek(); c {
	case '"':
		return d.String()
	case 't', 'f':
		return d.Bool()
	case 'n':
		d.literal("null")
		return nil
	case '[':
		list := []any{}
		if d.Array() {
			for d.Element() {
				list = append(list, d.Any())
			}
		}
		return list
	case '{':
		object := map[string]any{}
		if d.Object() {
			for d.Field() {
				name := string(d.name)
				if _, present := object[name]; d.Fresh(present) && d.charge(int(unsafe.Sizeof(any(nil)))*4) {
					object[name] = d.Any()
				}
			}
		}
		return object
	default:
		if c != '-' && c-'0' > 9 {
			d.fail("a value")
			return nil
		}
		return d.Float64()
	}
}

// Empty sets *s to a slice of no elements that is not nil.
func Empty[S ~[]E, E any](s *S) { *s = make(S, 0) }

// Extend appends an element to *s and returns where it is.
func Extend[S ~[]E, E any](d *Decoder, s *S) *E {
	list := *s
	if len(list) == cap(list) {
		grow(d, s)
		list = *s
	}
	list = list[:len(list)+1]
	*s = list
	return &list[len(list)-1]
}

// grow makes room for more elements. Without memory left it makes room for one, so that the
// caller can go on; the decoder has stopped then.
func grow[S ~[]E, E any](d *Decoder, s *S) {
	var zero E
	n := max(2*len(*s), 4)
	if !d.charge(n * int(unsafe.Sizeof(zero))) {
		n = len(*s) + 1
	}
	out := make(S, len(*s), n)
	copy(out, *s)
	*s = out
}

// NewMap sets *m to an empty map.
func NewMap[M ~map[K]V, K comparable, V any](m *M) { *m = make(M) }

// Absent reports whether k is a new key of m. If it is not, the value is skipped with a problem.
func Absent[M ~map[K]V, K comparable, V any](d *Decoder, m M, k K) bool {
	_, present := m[k]
	var v V
	return d.Fresh(present) && d.charge(2*int(unsafe.Sizeof(k)+unsafe.Sizeof(v))+16)
}

// Names are those of an object's properties so far.
type Names struct{ seen map[string]struct{} }

// Absent reports whether the current property is the first of its name. If it is not, the value
// is skipped with a problem.
func (n *Names) Absent(d *Decoder) bool {
	name := string(d.name)
	if _, present := n.seen[name]; !d.Fresh(present) || !d.charge(2*len(name)+64) {
		return false
	}
	if n.seen == nil {
		n.seen = map[string]struct{}{}
	}
	n.seen[name] = struct{}{}
	return true
}

// New sets *p to a new zero value and returns it.
func New[P ~*T, T any](d *Decoder, p *P) *T {
	v := new(T)
	Charge(d, v)
	*p = v
	return v
}

// Charge accounts for the memory of *v: a variant of a union, or what a pointer points to.
func Charge[T any](d *Decoder, v *T) { d.charge(int(unsafe.Sizeof(*v))) }

// Ensure sets *p to a new zero value if it is nil: an embedded pointer above a property.
func Ensure[P ~*T, T any](d *Decoder, p *P) {
	if *p == nil {
		New(d, p)
	}
}

// Zero returns the zero value of m's elements.
func Zero[M ~map[K]V, K comparable, V any](M) (v V) { return v }

// ReadBytes reads base64 into a slice of any type of byte.
func ReadBytes[S ~[]E, E ~uint8](d *Decoder, s *S) {
	b := d.Bytes()
	*s = unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(b))), len(b))
}

package codecs

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"example.test/testdata/codecs/definition"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

// payload is an event with the codecs of its definition.
type payload struct {
	name   string
	typ    reflect.Type
	encode func(dst []byte, p any) ([]byte, error)
	direct any                           // the encoder itself
	decode func(src []byte, p any) error // nil if windows do not emit the event
}

// payloads are those of the catalogue.
var payloads = func() []payload {
	var out []payload
	for _, e := range Events.Events() {
		typ, encode, decode := definition.Of(e)
		p := payload{name: e.Info().Name, typ: typ, direct: encode.Interface()}
		if p.typ == reflect.TypeFor[eventbus.Empty]() {
			continue
		}
		p.encode = func(dst []byte, p any) ([]byte, error) {
			out := encode.Call([]reflect.Value{reflect.ValueOf(dst), reflect.ValueOf(p)})
			err, _ := out[1].Interface().(error)
			return out[0].Bytes(), err
		}
		if decode.IsNil() {
			out = append(out, p)
			continue
		}
		p.decode = func(src []byte, p any) error {
			out := decode.Call([]reflect.Value{reflect.ValueOf(src), reflect.ValueOf(p)})
			err, _ := out[0].Interface().(error)
			return err
		}
		out = append(out, p)
	}
	return out
}()

// hasUnion reports whether encoding/json does not write t as its encoder does.
func hasUnion(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == reflect.TypeFor[Shape]() || t == reflect.TypeFor[Message]() {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return hasUnion(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if hasUnion(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// keyedOtherwise reports whether v holds a map that encoding/json writes otherwise under GOEXPERIMENT=jsonv2: it calls
// the method of keys that are strings (see package codec), and keys that are alike once what is not UTF-8 is replaced
// have no order.
func keyedOtherwise(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && keyedOtherwise(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if keyedOtherwise(v.Field(i)) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if keyedOtherwise(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		seen := map[string]bool{}
		for entries := v.MapRange(); entries.Next(); {
			k := entries.Key()
			if keyedOtherwise(entries.Value()) {
				return true
			}
			if k.Kind() != reflect.String {
				continue
			}
			text := string([]rune(k.String()))
			if seen[text] || k.Type().Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
				return true
			}
			seen[text] = true
		}
	}
	return false
}

// checkEncoder compares the generated encoder with encoding/json.
func checkEncoder(t *testing.T, p payload, v any) []byte {
	t.Helper()
	got, err := p.encode([]byte("prefix"), v)
	if !bytes.HasPrefix(got, []byte("prefix")) {
		t.Fatalf("%s: the encoder lost what was in the buffer: %q", p.name, got)
	}
	got = got[len("prefix"):]
	if hasUnion(p.typ, map[reflect.Type]bool{}) {
		if err != nil {
			return nil
		}
		return got
	}
	want, wantErr := json.Marshal(v)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%s: error %v, encoding/json: %v\n%s", p.name, err, wantErr, want)
	}
	if err != nil {
		return nil
	}
	if jsonv2 && keyedOtherwise(reflect.ValueOf(v)) {
		return got
	}
	if !bytes.Equal(got, want) {
		n := 0
		for n < len(got) && n < len(want) && got[n] == want[n] {
			n++
		}
		n = max(0, n-40)
		t.Fatalf("%s:\n got %s\nwant %s\n\nfrom %d:\n got %.200s\nwant %.200s", p.name, got, want, n, got[n:], want[n:])
	}
	return got
}

func TestEncoders(t *testing.T) {
	if len(payloads) < 50 {
		t.Fatalf("there are %d payloads", len(payloads))
	}
	for _, p := range payloads {
		t.Run(p.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			n, failed := 3000, 0
			if testing.Short() {
				n = 300
			}
			for range n {
				v := reflect.New(p.typ)
				fill(r, v.Elem(), 0)
				if checkEncoder(t, p, v.Interface()) == nil {
					failed++
				}
			}
			if failed > n*9/10 {
				t.Errorf("%d of %d values were refused", failed, n)
			}
		})
	}
}

// A nil pointer in a union is nil: no property under omitempty and omitzero, null elsewhere, and
// no payload.
func TestNilPointerInUnion(t *testing.T) {
	encode := func(name string, v any) (string, error) {
		for _, p := range payloads {
			if p.name == name {
				out, err := p.encode(nil, v)
				return string(out), err
			}
		}
		t.Fatalf("no event %s", name)
		return "", nil
	}
	nilShape, nilMessage := Shape((*Square)(nil)), Message((*Text)(nil))
	got, err := encode("unions", &Unions{
		Shape: nilShape, Opt: nilShape, Zero: nilMessage, List: []Shape{nilShape}, Map: map[string]Shape{"a": nilShape}, Message: nilMessage,
	})
	want := `{"shape":null,"list":[null],"map":{"a":null},"message":null,"array":[null,null]}`
	if err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	if _, err := encode("shape", &nilShape); err == nil || !strings.Contains(err.Error(), "expected a variant of the union") {
		t.Errorf("a nil pointer as a payload: %v", err)
	}
	got, err = encode("optional-first", &OptionalFirst{Opt: nilShape})
	if err != nil || got != "{}" {
		t.Errorf("got %s, %v", got, err)
	}
}

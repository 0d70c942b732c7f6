package codecs

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
)

// checkDecoder compares the generated decoder with encoding/json on src: where both accept it,
// both arrive at the same value. It reports whether the decoder accepts.
func checkDecoder(t *testing.T, p payload, src []byte) bool {
	t.Helper()
	got := reflect.New(p.typ)
	if err := p.decode(src, got.Interface()); err != nil {
		return false
	}
	if hasUnion(p.typ, map[reflect.Type]bool{}) || p.typ == reflect.TypeFor[QuotedByMethod]() && !destrings {
		return true
	}
	want := reflect.New(p.typ)
	if err := json.Unmarshal(src, want.Interface()); err != nil {
		return true
	}
	if reflect.DeepEqual(got.Interface(), want.Interface()) {
		return true
	}
	// Pointers as keys of maps and NaN are never equal: compare what they write.
	g, gErr := p.encode(nil, got.Interface())
	w, wErr := p.encode(nil, want.Interface())
	if (gErr != nil) != (wErr != nil) || !bytes.Equal(g, w) {
		t.Fatalf("%s: decoded from\n%s\n got %s %v\nwant %s %v\n got %#v\nwant %#v", p.name, src, g, gErr, w, wErr, got.Elem(), want.Elem())
	}
	if !hasPointerKey(p.typ, map[reflect.Type]bool{}) {
		t.Fatalf("%s: decoded from\n%s\n got %#v\nwant %#v", p.name, src, got.Elem(), want.Elem())
	}
	return true
}

// destrings reports whether encoding/json takes a value out of its string before a method reads it, which
// differs between builds.
var destrings = func() bool {
	var q QuotedByMethod
	return json.Unmarshal([]byte(`{"word":"\"a\""}`), &q) == nil && q.Word == "A"
}()

func hasPointerKey(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map:
		return t.Key().Kind() == reflect.Pointer || hasPointerKey(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return hasPointerKey(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointerKey(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// What an encoder writes, the decoder of the same type reads. What it has read is written in
// the same way from then on: the first pass may change text that is no Unicode.
func TestDecoders(t *testing.T) {
	tested := 0
	defer func() {
		if tested < 50 {
			t.Errorf("%d payloads have a decoder", tested)
		}
	}()
	for _, p := range payloads {
		if p.decode == nil {
			continue
		}
		tested++
		t.Run(p.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			n, read := 2000, 0
			if testing.Short() {
				n = 200
			}
			refused := map[string]int{}
			for range n {
				v := reflect.New(p.typ)
				fill(r, v.Elem(), 0)
				src, err := p.encode(nil, v.Interface())
				if err != nil {
					continue
				}
				if !checkDecoder(t, p, src) {
					refused[p.decode(src, reflect.New(p.typ).Interface()).Error()]++
					continue
				}
				read++
				checkRoundTrip(t, p, src)
			}
			if read < n/4 {
				t.Errorf("%d of %d documents were read; the others: %v", read, n, refused)
			}
		})
	}
}

// checkRoundTrip decodes src, encodes that, and does both again.
func checkRoundTrip(t *testing.T, p payload, src []byte) {
	t.Helper()
	for i := 0; ; i++ {
		v := reflect.New(p.typ)
		if err := p.decode(src, v.Interface()); err != nil {
			t.Fatalf("%s: what the encoder wrote is refused: %v\n%s", p.name, err, src)
		}
		again, err := p.encode(nil, v.Interface())
		if err != nil {
			t.Fatalf("%s: what the decoder read is refused: %v\n%s", p.name, err, src)
		}
		if i > 0 {
			if !bytes.Equal(src, again) {
				t.Fatalf("%s: read and written again:\n%s\n%s", p.name, src, again)
			}
			return
		}
		src = again
	}
}

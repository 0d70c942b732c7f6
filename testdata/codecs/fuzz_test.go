package codecs

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// FuzzEncoders compares the generated encoder of one type with encoding/json on one random value.
func FuzzEncoders(f *testing.F) {
	for i := range payloads {
		f.Add(uint8(i), uint64(1), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which uint8, seed, stream uint64) {
		p := payloads[int(which)%len(payloads)]
		v := reflect.New(p.typ)
		fill(rand.New(rand.NewPCG(seed, stream)), v.Elem(), 0)
		src := checkEncoder(t, p, v.Interface())
		if src != nil && p.decode != nil && checkDecoder(t, p, src) {
			checkRoundTrip(t, p, src)
		}
	})
}

// FuzzDecoders feeds any text to the generated decoders: none of them panics, what they report is
// bounded, and whatever one accepts beside encoding/json has the same value there.
func FuzzDecoders(f *testing.F) {
	for _, v := range vectors() {
		for i, p := range payloads {
			if p.name == v.Event {
				f.Add(uint8(i), []byte(v.JSON))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, src []byte) {
		p := payloads[int(which)%len(payloads)]
		if p.decode == nil {
			return
		}
		before := string(src)
		err := p.decode(src, reflect.New(p.typ).Interface())
		if string(src) != before {
			t.Fatalf("%s: the decoder changed its input %q", p.name, before)
		}
		checkError(t, err)
		if err != nil {
			return
		}
		if !json.Valid(src) {
			t.Fatalf("%s: accepted what is no JSON: %q", p.name, src)
		}
		checkDecoder(t, p, src)
		// What a type's own method reads need not be what it writes.
		if out, err := p.encode(nil, read(p, src)); err == nil && !json.Valid(out) {
			t.Fatalf("%s: wrote what is no JSON: %q", p.name, out)
		}
	})
}

func read(p payload, src []byte) any {
	v := reflect.New(p.typ)
	_ = p.decode(src, v.Interface())
	return v.Interface()
}

// checkError checks that err is what decoders promise.
func checkError(t *testing.T, err error) {
	t.Helper()
	const longest = 64 << 10
	switch err := err.(type) {
	case nil:
	case *codec.Error:
		if len(err.Error()) > longest {
			t.Fatalf("a message of %d bytes", len(err.Error()))
		}
	case codec.Errors:
		if len(err) < 2 || len(err) > codec.MaxProblems+1 || len(err.Error()) > longest*codec.MaxProblems {
			t.Fatalf("%d problems in %d bytes", len(err), len(err.Error()))
		}
	default:
		t.Fatalf("an error of type %T: %v", err, err)
	}
}

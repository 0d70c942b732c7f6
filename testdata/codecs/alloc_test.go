//go:build !race

package codecs

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// Encoders allocate nothing beyond the buffer, unless a method of the user's own type or
// encoding/json writes a part. Maps of maps take a list of keys for each level.
func TestEncodersDoNotAllocate(t *testing.T) {
	checkAllocs[Basics](t, "basics")
	checkAllocs[NamedBasics](t, "named-basics")
	checkAllocs[Quoted](t, "quoted")
	checkAllocs[OmittedFirst](t, "omitted-first")
	checkAllocs[Names](t, "names")
	checkAllocs[Embedding](t, "embedding")
	checkAllocs[Enums](t, "enums")
	checkAllocs[Progress](t, "progress")
	checkAllocs[Node](t, "node")
	checkAllocs[Tree](t, "tree")
	checkAllocs[Graph](t, "graph")
	checkAllocs[Shape](t, "shape")
	checkAllocs[Message](t, "message")
	checkAllocs[Unions](t, "unions")
	checkAllocs[map[string]Point](t, "name:map")
}

func checkAllocs[T any](t *testing.T, name string) {
	t.Run(name, func(t *testing.T) {
		var encode func([]byte, *T) ([]byte, error)
		for _, p := range payloads {
			if p.name == name {
				encode = p.direct.(func([]byte, *T) ([]byte, error))
			}
		}
		r := rand.New(rand.NewPCG(5, 6))
		buf, encoded := make([]byte, 0, 1<<20), 0
		for range 50 {
			v := new(T)
			fill(r, reflect.ValueOf(v).Elem(), 0)
			if _, err := encode(buf, v); err != nil {
				continue // errors allocate
			}
			encoded++
			if n := testing.AllocsPerRun(20, func() { _, _ = encode(buf, v) }); n > 0 {
				t.Fatalf("%v allocations for %+v", n, *v)
			}
		}
		if encoded < 10 {
			t.Errorf("only %d values were encoded", encoded)
		}
	})
}

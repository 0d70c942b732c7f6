package codec

import (
	"errors"
	"strings"
	"testing"
)

type large [1 << 14]int

type embedding struct{ *large }

// A few bytes of a payload never buy a large value many times over, wherever it stands.
func TestMemoryIsBounded(t *testing.T) {
	const n = 1000
	list := "[" + strings.Repeat("0,", n) + "0]"
	object := "{" + strings.Repeat(`"a":0,`, n) + `"a":0}`
	for name, step := range map[string]func(d *Decoder, i int){
		"Extend": func(d *Decoder, _ int) {
			var s []large
			Extend(d, &s)
		},
		"New": func(d *Decoder, _ int) {
			var p *large
			New(d, &p)
		},
		"Ensure": func(d *Decoder, _ int) {
			var e embedding
			Ensure(d, &e.large)
		},
		"Charge": func(d *Decoder, _ int) { Charge(d, new(large)) },
		"Absent": func(d *Decoder, i int) { Absent(d, map[int]large{}, i) },
	} {
		for _, src := range []string{list, object} {
			d := NewDecoder([]byte(src))
			steps := 0
			if src == list {
				for d.Array(); d.Element(); steps++ {
					step(d, steps)
					d.Int(IntSize)
				}
			} else {
				for d.Object(); d.Field(); steps++ {
					step(d, steps)
					d.Int(IntSize)
				}
			}
			var e *Error
			if err := d.End(); !errors.As(err, &e) || e.Expected != "a payload that takes less memory" {
				t.Errorf("%s: %v", name, err)
			}
			if limit := (memoryBase + memoryPerByte*len(src)) >> 17; steps > limit+1 {
				t.Errorf("%s: %d values, want at most %d", name, steps, limit+1)
			}
		}
	}
}

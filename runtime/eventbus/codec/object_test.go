package codec_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// point is read as generated code does it.
type point struct{ X, Y int64 }

var pointNames = []string{"x", "y"}

func readPoint(d *codec.Decoder) (p point) {
	var seen uint64
	at := d.Offset()
	if !d.Object() {
		return p
	}
	for d.Field() {
		switch string(d.Name()) {
		case "x":
			if d.First(&seen, 1) {
				p.X = d.Int(8)
			}
		case "y":
			if d.First(&seen, 2) {
				p.Y = d.Int(8)
			}
		default:
			d.Unknown(pointNames)
		}
	}
	d.Missing(at, seen, 3, pointNames)
	return p
}

func TestReadObjects(t *testing.T) {
	checkReadings(t, func(d *codec.Decoder) any { return readPoint(d) }, []reading{
		{`{"x":1,"y":2}`, point{1, 2}, ""},
		{" {\n\"y\" : 2 ,\t\"\\u0078\"\r: 1 } ", point{1, 2}, ""},
		{`{"z":[{}],"x":1,"y":2,"zz":"}"}`, point{1, 2}, ""},
		{`[]`, nil, "expected an object, found an array"},
		{`null`, nil, "expected an object, found null"},
	})
	for src, want := range map[string]string{
		`{"x":1}`:                        `/y: expected the property "y", found none`,
		`{}`:                             "/x: expected the property \"x\", found none\n/y: expected the property \"y\", found none",
		`{"x":1,"x":2,"y":3}`:            `/x: expected each property once, found "x" again`,
		`{"x":1,"y":2,"\u0078":[3]}`:     `/x: expected each property once, found "x" again`,
		`{"x":"a","y":300}`:              "/x: expected an integer from -128 to 127, found a string\n/y: expected an integer from -128 to 127, found 300",
		`{"X":1,"x":1,"y":2}`:            `/X: expected the property "x", found "X"`,
		`{"x":1,"y":2`:                   `/y: expected "," or "}", found the end`,
		`{"x":1,"y":2,}`:                 `expected a property name, found "}"`,
		`{"x":1,,"y":2}`:                 `expected a property name, found ","`,
		`{"x":1 "y":2}`:                  `/x: expected "," or "}", found "\""`,
		`{"x":1;"y":2}`:                  `/x: expected "," or "}", found ";"`,
		`{,"x":1,"y":2}`:                 `expected a property name, found ","`,
		`{x:1}`:                          `expected a property name, found "x"`,
		`{"x"}`:                          `/x: expected ":", found "}"`,
		`{"x" 1}`:                        `/x: expected ":", found "1"`,
		`{"x":}`:                         `/x: expected a value, found "}"`,
		`{"x":1,"y":2}}`:                 `expected the end, found "}"`,
		`{"x":1,"y":2} x`:                `expected the end, found "x"`,
		`{"x":1,"y":2]`:                  `/y: expected "," or "}", found "]"`,
		"{\"x\":1,\"y\":2}\x00":          `expected the end, found "\x00"`,
		`{"x":1,"y":2,"z":"` + "\xff\"}": `/z: expected UTF-8, found other bytes`,
		`{"x":tru,"y":2}`:                `/x: expected a value, found "t"`,
		"":                               "expected a value, found the end",
		" ":                              "expected a value, found the end",
		"{":                              "expected a property name, found the end",
	} {
		d := codec.NewDecoder([]byte(src))
		readPoint(d)
		if got := problems(d.End()); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", src, got, want)
		}
	}
}

func TestUnknownProperties(t *testing.T) {
	const src = `{"x":1,"y":2,"z":3,"Y":4}`
	for name, c := range map[string]struct {
		d    *codec.Decoder
		want string
	}{
		"by default": {codec.NewDecoder([]byte(src)), `/Y: expected the property "y", found "Y"`},
		"strictly": {
			codec.NewStrictDecoder([]byte(src)),
			"/z: expected a known property, found \"z\"\n/Y: expected the property \"y\", found \"Y\"",
		},
	} {
		if readPoint(c.d); problems(c.d.End()) != c.want {
			t.Errorf("%s: %s", name, problems(c.d.End()))
		}
	}
	// Letters are folded as encoding/json does it.
	for name, folded := range map[string]bool{
		"SIZE": true, "\u017fize": true, "size": true, "sizes": false, "s": false, "GRÖSSE": true, "gröSSe": true, "größe": false,
	} {
		d := codec.NewDecoder(fmt.Appendf(nil, "{%q:1}", name))
		for d.Object(); d.Field(); {
			d.Unknown([]string{"other", "size", "grösse"})
		}
		if got := d.End() != nil; got != folded {
			t.Errorf("%s is one of the names in other case: %v", name, got)
		}
	}
}

func TestReadArrays(t *testing.T) {
	read := func(d *codec.Decoder) any {
		list := []int64{}
		if d.Array() {
			for d.Element() {
				list = append(list, d.Int(8))
			}
		}
		return list
	}
	for src, want := range map[string]string{
		"[]": "[]", " [ ] ": "[]", "[1]": "[1]", "[ 1 , 2,3 ]": "[1 2 3]",
		"[":      "/0: expected a value, found the end",
		"[1":     `/0: expected "," or "]", found the end`,
		"[1,":    "/1: expected a value, found the end",
		"[1,]":   `/1: expected a value, found "]"`,
		"[,1]":   `/0: expected a value, found ","`,
		"[1,,2]": `/1: expected a value, found ","`,
		"[1 2]":  `/0: expected "," or "]", found "2"`,
		"[1}":    `/0: expected "," or "]", found "}"`,
		"[1]]":   `expected the end, found "]"`,
		"[1,x]":  `/1: expected a value, found "x"`,
	} {
		d := codec.NewDecoder([]byte(src))
		list := read(d)
		got := problems(d.End())
		if got == "" {
			got = fmt.Sprint(list)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", src, got, want)
		}
	}
	checkReadings(t, read, []reading{{`{"a":[1]}`, nil, "expected an array, found an object"}, {`"[]"`, nil, "expected an array, found a string"}})
}

func TestReadTuples(t *testing.T) {
	for n, want := range map[int]map[string]string{
		2: {
			"[1,2]": "", "[]": "expected 2 elements, found 0", "[1]": "expected 2 elements, found 1",
			"[1,2,[3]]": "expected 2 elements, found 3", `[1,2,"]",{},5]`: "expected 2 elements, found 5",
		},
		1: {"[1]": "", "[]": "expected 1 element, found 0", "[1,2]": "expected 1 element, found 2"},
		0: {"[]": "", "[1]": "expected 0 elements, found 1"},
	} {
		var list []reading
		for src, err := range want {
			list = append(list, reading{src, n, err})
		}
		checkReadings(t, func(d *codec.Decoder) any {
			at := d.Offset()
			i := 0
			for d.Array(); d.TupleElement(at, i, n); i++ {
				d.Int(8)
			}
			return i
		}, list)
	}
}

func TestReadMaps(t *testing.T) {
	text := func(key func(d *codec.Decoder) (any, bool)) func(d *codec.Decoder) any {
		return func(d *codec.Decoder) any {
			var m map[any]int64
			codec.NewMap(&m)
			for d.Object(); d.Field(); {
				if k, ok := key(d); ok && codec.Absent(d, m, k) {
					m[k] = d.Int(8)
				}
			}
			return m
		}
	}
	type row = map[string]string
	for name, c := range map[string]struct {
		key  func(d *codec.Decoder) (any, bool)
		rows row
	}{
		"strings": {func(d *codec.Decoder) (any, bool) { return string(d.Name()), true }, row{
			`{"a":1,"":2}`: "map[:2 a:1]", `{}`: "map[]",
			`{"a":1,"a":2}`: `/a: expected each property once, found "a" again`,
		}},
		"integers": {func(d *codec.Decoder) (any, bool) { return d.KeyInt(8) }, row{
			`{"-128":1,"127":2}`: "map[-128:1 127:2]",
			`{"128":1}`:          `/128: expected as a key an integer from -128 to 127, found "128"`,
			`{"a":1}`:            `/a: expected as a key an integer from -128 to 127, found "a"`,
			`{"1":1,"\u0031":2}`: `/1: expected each property once, found "1" again`,
		}},
		"unsigned integers": {func(d *codec.Decoder) (any, bool) { return d.KeyUint(8) }, row{
			`{"0":1,"255":2}`: "map[0:1 255:2]",
			`{"256":[1]}`:     `/256: expected as a key an integer from 0 to 255, found "256"`,
			`{"-1":1}`:        `/-1: expected as a key an integer from 0 to 255, found "-1"`,
		}},
		"members": {func(d *codec.Decoder) (any, bool) { return d.KeyOneOf([]string{"a", "b"}) }, row{
			`{"b":1,"a":2}`: "map[a:2 b:1]",
			`{"c":{}}`:      `/c: expected as a key one of "a", "b", found "c"`,
		}},
		"numbers of a set": {func(d *codec.Decoder) (any, bool) {
			k, ok := d.KeyInt(8)
			return k, ok && codec.KeyMember(d, k, []int64{1, 2})
		}, row{
			`{"2":1}`: "map[2:1]",
			`{"3":1}`: `/3: expected as a key one of 1, 2, found "3"`,
		}},
		"by their method": {func(d *codec.Decoder) (any, bool) {
			var k upper
			return &k, d.KeyText(&k)
		}, row{
			`{"no":1}`: `/no: it says no`, `{"panic":1,"x":2}`: `/panic: panic: it panics`,
		}},
	} {
		for src, want := range c.rows {
			d := codec.NewDecoder([]byte(src))
			m := text(c.key)(d)
			got := problems(d.End())
			if got == "" {
				got = fmt.Sprint(m)
			}
			if got != want {
				t.Errorf("%s: %s is %s, want %s", name, src, got, want)
			}
		}
	}
}

// picky is text that is not empty.
type picky string

func (p *picky) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errRefused
	}
	*p = picky(text)
	return nil
}

func TestReadPointerKeys(t *testing.T) {
	var got []string
	d := codec.NewDecoder([]byte(`{"":1,"a":2}`))
	for d.Object(); d.Field(); {
		p := new(picky)
		if codec.KeyPointer(d, &p) {
			if p == nil {
				got = append(got, fmt.Sprint("nil ", d.Int(8)))
			} else {
				got = append(got, fmt.Sprint(*p, " ", d.Int(8)))
			}
		}
	}
	if err := d.End(); err != nil || !slices.Equal(got, []string{"nil 1", "a 2"}) {
		t.Errorf("got %q, %v", got, err)
	}
	d = codec.NewDecoder([]byte(`{"":1,"no":2}`))
	for d.Object(); d.Field(); {
		p := new(upper)
		if codec.KeyPointer(d, &p) {
			if p == nil || d.Int(8) != 1 {
				t.Error("a key that is taken is nil")
			}
		}
	}
	if got := problems(d.End()); got != "/no: it says no" {
		t.Errorf("got %s", got)
	}
}

func TestNames(t *testing.T) {
	var names codec.Names
	seen := map[string]int64{}
	d := codec.NewDecoder([]byte(`{"a":1,"b":2,"a":3}`))
	for d.Object(); d.Field(); {
		name := string(d.Name())
		if names.Absent(d) {
			seen[name] = d.Int(8)
		}
	}
	if want := map[string]int64{"a": 1, "b": 2}; !maps.Equal(seen, want) || problems(d.End()) != `/a: expected each property once, found "a" again` {
		t.Errorf("got %v, %v", seen, d.End())
	}
}

func TestGrowing(t *testing.T) {
	var list []int64
	var p *point
	var embedded struct{ *point }
	d := codec.NewDecoder([]byte("[1,2,3,4,5,6,7,8,9]"))
	for d.Array(); d.Element(); {
		*codec.Extend(d, &list) = d.Int(8)
	}
	if !slices.Equal(list, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("got %v", list)
	}
	if q := codec.New(d, &p); p == nil || q != p || *q != (point{}) {
		t.Errorf("got %v and %v", p, q)
	}
	codec.Ensure(d, &embedded.point)
	embedded.X = 5
	codec.Ensure(d, &embedded.point)
	if embedded.point == nil || embedded.X != 5 {
		t.Errorf("got %v", embedded.point)
	}
	if codec.Empty(&list); list == nil || len(list) != 0 {
		t.Errorf("got %#v", list)
	}
	if codec.Zero(map[string]point{"a": {1, 2}}) != (point{}) {
		t.Error("not zero")
	}
}

func TestDepthIsBounded(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	objects := func(n int) []byte { return []byte(strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n)) }
	for name, read := range map[string]func(d *codec.Decoder){
		"Any": func(d *codec.Decoder) { d.Any() }, "Raw": func(d *codec.Decoder) { d.Raw() },
	} {
		for _, make := range []func(n int) []byte{nested, objects} {
			d := codec.NewDecoder(make(codec.MaxDepth))
			read(d)
			if err := d.End(); err != nil {
				t.Errorf("%s at the bound: %v", name, err)
			}
			d = codec.NewDecoder(make(codec.MaxDepth + 1))
			read(d)
			if err := d.End(); err == nil || !strings.Contains(err.Error(), "expected at most 512 levels, found a deeper value") {
				t.Errorf("%s beyond it: %v", name, err)
			}
		}
	}
	// What has been left counts no more.
	d := codec.NewDecoder([]byte("[" + strings.Repeat("[[]],[{}],{\"a\":{}},", 1000) + "0]"))
	d.Any()
	if err := d.End(); err != nil {
		t.Errorf("many that are not deep: %v", err)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	for n, want := range map[int]int{1: 1, 15: 15, 16: 16, 17: 16, 100: 16} {
		d := codec.NewDecoder([]byte("[" + strings.Repeat("true,", n-1) + "true]"))
		read := 0
		for d.Array(); d.Element(); read++ {
			d.Int(8)
		}
		list := listed(d.End())
		if len(list) != want || read != want {
			t.Errorf("of %d problems %d are reported, after %d values", n, len(list), read)
		}
		for i, e := range list {
			if e.Path != fmt.Sprintf("/%d", i) {
				t.Errorf("problem %d is that of %s", i, e.Path)
			}
		}
	}
}

func TestPaths(t *testing.T) {
	read := func(src string) []string {
		d := codec.NewDecoder([]byte(src))
		var walk func()
		walk = func() {
			switch src[d.Offset()] {
			case '[':
				for d.Array(); d.Element(); {
					walk()
				}
			case '{':
				for d.Object(); d.Field(); {
					walk()
				}
			default:
				d.Bool()
			}
		}
		walk()
		var paths []string
		for _, e := range listed(d.End()) {
			paths = append(paths, e.Path)
		}
		return paths
	}
	deep := strings.Repeat(`{"0123456789":`, 200)
	for src, want := range map[string][]string{
		`1`: {""}, `[true,1,[2,{"a":3,"b":[true,4]}],5]`: {"/1", "/2/0", "/2/1/a", "/2/1/b/1", "/3"},
		`{"a/b":1,"~":2,"":3,"\u0061\n":4,"x":{"y":true},"z":5}`: {"/a~1b", "/~0", "/", "/a\n", "/z"},
		`{"a":[[],{},"]",6]}`:                 {"/a/2", "/a/3"},
		`{"a":["{",":",","],"b":[{"\"":7}]}`:  {"/a/0", "/a/1", "/a/2", "/b/0/\""},
		deep + "1" + strings.Repeat("}", 200): {strings.Repeat("/0123456789", 90)},
	} {
		if got := read(src); !reflect.DeepEqual(got, want) {
			t.Errorf("%.100s: the problems are those of %q, want %q", src, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	cause := errors.New("cause")
	for want, e := range map[string]*codec.Error{
		"":                                     {},
		"cause":                                {Err: cause},
		"/a: cause":                            {Path: "/a", Err: cause},
		"expected more":                        {Expected: "more"},
		"unexpected less":                      {Found: "less"},
		"/a: expected more, found less: cause": {Path: "/a", Expected: "more", Found: "less", Err: cause},
		"unexpected less: cause":               {Found: "less", Err: cause},
		"expected more: cause":                 {Expected: "more", Err: cause},
	} {
		if e.Error() != want || !errors.Is(e, e.Err) && e.Err != nil {
			t.Errorf("%#v is %s", e, e)
		}
	}
	list := codec.Errors{{Path: "/a", Expected: "more"}, {Path: "/b", Err: cause}}
	if one := (*codec.Error)(nil); list.Error() != "/a: expected more; /b: cause" || !errors.Is(list, cause) || !errors.As(list, &one) || one != list[0] {
		t.Errorf("the list is %v", list)
	}
	err := codec.AtIndex(codec.At(codec.At(cause, "b"), "a/~"), 3)
	if err.Error() != "/3/a~1~0/b: cause" || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	for range 1000 {
		err = codec.At(err, "0123456789")
	}
	if one := (*codec.Error)(nil); !errors.As(err, &one) || one.Path != strings.Repeat("/0123456789", 90) {
		t.Errorf("a long path is %s", one.Path)
	}
	err = codec.At(cause, strings.Repeat("x", 2000))
	if one := (*codec.Error)(nil); !errors.As(err, &one) || len(one.Path) != 2001 {
		t.Errorf("a long name gives %d bytes", len(one.Path))
	}
}

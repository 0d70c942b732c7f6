package codec_test

import (
	"fmt"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

var variants = []string{"int", "point"}

// readAdjacent reads a union as generated code does it.
func readAdjacent(d *codec.Decoder) any {
	var out any
	v := d.Adjacent("type", "data")
	switch string(v.Tag) {
	case "int":
		out = d.Int(8)
	case "point":
		out = readPoint(d)
	default:
		d.UnknownVariant(v, variants)
	}
	d.Leave(v)
	return out
}

func readInternal(d *codec.Decoder) any {
	var out any
	v := d.Internal("type")
	switch string(v.Tag) {
	case "point":
		out = readPoint(d)
	default:
		d.UnknownVariant(v, variants)
	}
	d.Leave(v)
	return out
}

type union struct {
	read func(d *codec.Decoder) any
	src  string
	want string // the value, or the problems
}

func (u union) check(t *testing.T) {
	t.Helper()
	for _, strict := range []bool{false, true} {
		d := codec.NewDecoder([]byte("[" + u.src + ",7]"))
		if strict {
			d = codec.NewStrictDecoder([]byte("[" + u.src + ",7]"))
		}
		d.Array()
		d.Element()
		v := u.read(d)
		var next int64
		for d.Element() {
			next = d.Int(8)
		}
		got := problems(d.End())
		if got == "" {
			got = fmt.Sprintf("%v %d", v, next)
		}
		if got != u.want {
			t.Errorf("%s (strict: %v): got\n%s\nwant\n%s", u.src, strict, got, u.want)
		}
	}
}

func TestReadAdjacentUnions(t *testing.T) {
	for src, want := range map[string]string{
		`{"type":"int","data":5}`:                     "5 7",
		`{"data":5,"type":"int"}`:                     "5 7",
		` { "data" : {"x":1,"y":2} , "type":"point"}`: "{1 2} 7",
		`{"type":"p\u006fint","data":{"y":1,"x":2}}`:  "{2 1} 7",
		`{"type":"int"}`:                              `/0/data: expected the property "data", found none`,
		`{"data":5}`:                                  `/0/type: expected the property "type", found none`,
		`{}`:                                          "/0/type: expected the property \"type\", found none\n/0/data: expected the property \"data\", found none",
		`{"type":"other","data":{"a":[1]}}`:           `/0/type: expected one of "int", "point", found "other"`,
		`{"data":{"a":[1]},"type":"other"}`:           `/0/type: expected one of "int", "point", found "other"`,
		`{"type":5,"data":5}`:                         "/0/type: expected a string, found 5",
		`{"type":"int","data":"a"}`:                   "/0/data: expected an integer from -128 to 127, found a string",
		`{"data":"a","type":"int"}`:                   "/0/data: expected an integer from -128 to 127, found a string",
		`{"type":"int","type":"int","data":5}`:        `/0/type: expected each property once, found "type" again`,
		`{"type":"int","data":5,"type":"int"}`:        `/0/type: expected each property once, found "type" again`,
		`{"type":"int","data":5,"data":6}`:            `/0/data: expected each property once, found "data" again`,
		`{"data":5,"data":6,"type":"int"}`:            `/0/data: expected each property once, found "data" again`,
		`{"Type":"int","type":"int","data":5}`:        `/0/Type: expected the property "type", found "Type"`,
		`{"type":"int","data":5,"Data":5}`:            `/0/Data: expected the property "data", found "Data"`,
		`5`:                                           "/0: expected an object, found 5",
		`{"type":"int","data":}`:                      `/0/data: expected a value, found "}"`,
	} {
		union{readAdjacent, src, want}.check(t)
	}
}

func TestReadInternalUnions(t *testing.T) {
	for src, want := range map[string]string{
		`{"type":"point","x":1,"y":2}`:              "{1 2} 7",
		`{"x":1,"y":2,"type":"point"}`:              "{1 2} 7",
		` {"x": 1, "type":"\u0070oint" , "y":2 }`:   "{1 2} 7",
		`{"x":1,"y":2}`:                             `/0/type: expected the property "type", found none`,
		`{"type":"other","x":[1]}`:                  `/0/type: expected one of "int", "point", found "other"`,
		`{"x":[1],"type":"other"}`:                  `/0/type: expected one of "int", "point", found "other"`,
		`{"type":null,"x":1}`:                       "/0/type: expected a string, found null",
		`{"type":"point","x":1,"y":2,"type":"int"}`: `/0/type: expected each property once, found "type" again`,
		`{"x":"a","y":2,"type":"point"}`:            "/0/x: expected an integer from -128 to 127, found a string",
		`{"type":"point","x":1}`:                    `/0/y: expected the property "y", found none`,
		`[]`:                                        "/0: expected an object, found an array",
	} {
		union{readInternal, src, want}.check(t)
	}
}

// The tag of a union is a property of its own object alone.
func TestTagsAreNotInherited(t *testing.T) {
	inner := func(d *codec.Decoder) any {
		var out any
		v := d.Internal("type")
		for d.Object(); d.Field(); {
			if string(d.Name()) == "inner" {
				out = readPoint(d)
			} else {
				d.Unknown(nil)
			}
		}
		d.Leave(v)
		return out
	}
	const src = `{"inner":{"x":1,"type":5,"y":2},"type":"a"}`
	d := codec.NewStrictDecoder([]byte(src))
	inner(d)
	if got := problems(d.End()); got != `/inner/type: expected a known property, found "type"` {
		t.Errorf("got %s", got)
	}
	d = codec.NewStrictDecoder([]byte(`[` + `{"type":"point","x":1,"y":2},{"type":"point","x":1,"y":2}]`))
	d.Array()
	d.Element()
	readInternal(d)
	d.Element()
	readPoint(d)
	d.Element()
	if got := problems(d.End()); got != `/1/type: expected a known property, found "type"` {
		t.Errorf("got %s", got)
	}
}

func TestWriteUnions(t *testing.T) {
	for object, want := range map[string]string{`{"a":1}`: `{"type":"a","a":1}`, "{}": `{"type":"a"}`} {
		dst := []byte(`{"type":"a"`)
		n := len(dst)
		if got := string(codec.Splice(append(dst, object...), n)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	got, err := codec.NotNil([]byte("x{}"), 1, nil)
	if string(got) != "x{}" || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	got, err = codec.NotNil([]byte("xnull"), 1, nil)
	if string(got) != "x" || problems(err) != "expected a variant of the union, found nil" {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err = codec.NotNil([]byte("xnull"), 1, errRefused); err != errRefused {
		t.Errorf("got %v", err)
	}
	for text, want := range map[string]string{`,"a":null`: "x", `,"a":{}`: `x,"a":{}`} {
		if got := string(codec.DropNull([]byte("x"+text), 1)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for want, err := range map[string]error{
		"expected a variant of the union, found int":                     codec.NotVariant(5),
		`expected "a", found "b"`:                                        codec.NotMember(`"a"`, "b"),
		"expected 1, found 2":                                            codec.NotMember("1", 2),
		"expected at most 10000 levels, found a deeper value or a cycle": codec.TooDeep(),
	} {
		if problems(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

package strict

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.test/testdata/codecs/definition"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// decoderOf returns the decoder of an event.
func decoderOf[T any](e *eventbus.Event[T]) func(src []byte, payload *T) error {
	_, decode := definition.Typed(e)
	return decode
}

// problems returns what is wrong with src, one line each: the pointer, what was expected and what
// was found.
func problems[T any](e *eventbus.Event[T], src string) string {
	var payload T
	err := decoderOf(e)([]byte(src), &payload)
	var list codec.Errors
	if one := (*codec.Error)(nil); !errors.As(err, &list) && errors.As(err, &one) {
		list = codec.Errors{one}
	}
	lines := make([]string, len(list))
	for i, p := range list {
		lines[i] = fmt.Sprintf("%q: %s | %s", p.Path, p.Expected, p.Found)
		if p.Err != nil {
			lines[i] += fmt.Sprintf(" | %v", p.Err)
		}
	}
	if err != nil && len(lines) == 0 {
		return "another error: " + err.Error()
	}
	return strings.Join(lines, "\n")
}

func order(property string) string { return `{"id":"a",` + property + `}` }

func TestProblems(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`{"id":"a"}`, ``},
		{order(`"unknown":1`), `"/unknown": a known property | "unknown"`},
		{order(`"count":-1`), `"/count": an integer from 0 to 255 | -1`},
		{order(`"count":256`), `"/count": an integer from 0 to 255 | 256`},
		{order(`"count":1.5`), `"/count": an integer from 0 to 255 | 1.5`},
		{order(`"count":"1"`), `"/count": an integer from 0 to 255 | a string`},
		{order(`"delta":128`), `"/delta": an integer from -128 to 127 | 128`},
		{order(`"delta":-129`), `"/delta": an integer from -128 to 127 | -129`},
		{order(`"delta":1e1`), `"/delta": an integer from -128 to 127 | 1e1`},
		{order(`"ratio":1e999`), `"/ratio": a number | 1e999`},
		{order(`"ratio":"1"`), `"/ratio": a number | a string`},
		{order(`"paid":1`), `"/paid": a boolean | 1`},
		{order(`"state":"lost"`), `"/state": one of "open", "closed" | "lost"`},
		{order(`"state":null`), `"/state": a string | null`},
		{order(`"level":20`), `"/level": one of 10, 30 | 20`},
		{order(`"pair":[1]`), `"/pair": 2 elements | 1`},
		{order(`"pair":[1,2,3]`), `"/pair": 2 elements | 3`},
		{order(`"pair":{}`), `"/pair": an array | an object`},
		{order(`"items":[{"na/me~":"a"},{}]`), `"/items/1/na~1me~0": the property "na/me~" | none`},
		{order(`"items":[{"na/me~":1}]`), `"/items/0/na~1me~0": a string | 1`},
		{order(`"items":[null]`), `"/items/0": an object | null`},
		{order(`"items":[{"na/me~":"a","b":1}]`), `"/items/0/b": a known property | "b"`},
		{order(`"named":{"a":1,"a":2}`), `"/named/a": each property once | "a" again`},
		{order(`"named":{"a/b":true}`), `"/named/a~1b": an integer from -9223372036854775808 to 9223372036854775807 | a boolean`},
		{order(`"named":[]`), `"/named": an object | an array`},
		{order(`"keyed":{"128":""}`), `"/keyed/128": as a key an integer from -128 to 127 | "128"`},
		{order(`"keyed":{"x":""}`), `"/keyed/x": as a key an integer from -128 to 127 | "x"`},
		{order(`"codes":{"abc":1,"abc":2}`), `"/codes/abc": each property once | "abc" again`},
		{order(`"codes":{"abcd":1}`), `"/codes/abcd":  |  | a code has three letters`},
		{order(`"shape":{"type":"oval","data":{}}`), `"/shape/type": one of "Circle", "Square" | "oval"`},
		{order(`"shape":{"data":{}}`), `"/shape/type": the property "type" | none`},
		{order(`"shape":{"type":"Circle"}`), `"/shape/data": the property "data" | none`},
		{order(`"shape":{"type":7,"data":{}}`), `"/shape/type": a string | 7`},
		{order(`"shape":{"type":"Circle","data":{"radius":"x"}}`), `"/shape/data/radius": an integer from -9223372036854775808 to 9223372036854775807 | a string`},
		{order(`"shape":{"type":"Circle","data":{"radius":1},"more":1}`), `"/shape/more": a known property | "more"`},
		{order(`"at":"yesterday"`), `"/at": a time in RFC 3339 | "yesterday"`},
		{order(`"at":0`), `"/at": a time in RFC 3339 | 0`},
		{order(`"data":"??"`), `"/data": base64 | "??"`},
		{order(`"code":"abcd"`), `"/code":  |  | a code has three letters`},
		{order(`"code":5`), `"/code": a string | 5`},
		{order(`"quoted":5`), `"/quoted": a string | 5`},
		{order(`"quoted":"500"`), `"/quoted": a string that holds an integer from -128 to 127 | "500"`},
		{order(`"any":{"a":1,"a":2}`), `"/any/a": each property once | "a" again`},
		{order(`"ID":"b"`), `"/ID": the property "id" | "ID"`},
		{order(`"Paid":true`), `"/Paid": the property "paid" | "Paid"`},
		{`{"id":"a","id":"b"}`, `"/id": each property once | "id" again`},
		{`{}`, `"/id": the property "id" | none`},
		{`{"id":null}`, `"/id": a string | null`},
		{"{\"id\":\"\xff\"}", `"/id": Unicode text | other bytes`},
		{`{"id":"\ud800"}`, `"/id": Unicode text | an unpaired surrogate`},
		{"{\"id\":\"a\nb\"}", `"/id": an escaped control character | "\n"`},
		{`{"id":"\x"}`, `"/id": an escape | "x"`},
		{`{"id":"a"`, `"/id": "," or "}" | the end`},
		{`{"id":"a",}`, `"": a property name | "}"`},
		{`{"id" "a"}`, `"/id": ":" | "\""`},
		{`{"id":"a"} {}`, `"": the end | "{"`},
		{`{"id":tru}`, `"/id": a value | "t"`},
		{`{"id":01}`, `"/id": a string | 0` + "\n" +
			`"/id": "," or "}" | "1"`},
		{``, `"": a value | the end`},
		{`null`, `"": an object | null`},
		{`[]`, `"": an object | an array`},
		{`{"count":-1,"paid":1,"x":2,"items":[{},{"na/me~":2}]}`, `"/id": the property "id" | none` + "\n" +
			`"/count": an integer from 0 to 255 | -1` + "\n" +
			`"/paid": a boolean | 1` + "\n" +
			`"/x": a known property | "x"` + "\n" +
			`"/items/0/na~1me~0": the property "na/me~" | none` + "\n" +
			`"/items/1/na~1me~0": a string | 2`},
	} {
		if got := problems(OrderEvent, c.src); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// The pointer of a value that is too deep is cut.
func TestDepth(t *testing.T) {
	deep := strings.Repeat("[", codec.MaxDepth) + strings.Repeat("]", codec.MaxDepth)
	got := problems(OrderEvent, order(`"any":`+deep))
	if !strings.HasPrefix(got, `"/any/0/0/`) || !strings.HasSuffix(got, `": at most 512 levels | a deeper value`) || len(got) > 1100 {
		t.Errorf("got %s", got)
	}
	if got := problems(OrderEvent, order(`"any":`+deep[1:len(deep)-1])); got != "" {
		t.Errorf("one level less: %s", got)
	}
}

// An internal tag stands among the variant's own properties.
func TestProblemsOfInternalTag(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`{"by":1,"kind":"Step"}`, ``},
		{`{"by":1}`, `"/kind": the property "kind" | none`},
		{`{"kind":"Jump"}`, `"/kind": "Step" | "Jump"`},
		{`{"kind":"Step"}`, `"/by": the property "by" | none`},
		{`{"kind":"Step","by":1,"kind":"Step"}`, `"/kind": each property once | "kind" again`},
		{`{"kind":"Step","by":1,"to":2}`, `"/to": a known property | "to"`},
		{`null`, `"": an object | null`},
	} {
		if got := problems(MoveEvent, c.src); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// Validate is asked about payloads that are well formed, and about no others.
func TestValidate(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`{"from":1,"to":2}`, ``},
		{`{"from":2,"to":1}`, `"":  |  | from is behind to`},
		{`{"from":-1,"to":1}`, `"/from": a positive number | a negative one`},
		{`{"from":2,"to":"1"}`, `"/to": an integer from -9223372036854775808 to 9223372036854775807 | a string`},
	} {
		if got := problems(RangeEvent, c.src); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// A decoder stops when it has found enough.
func TestBoundOfProblems(t *testing.T) {
	got := problems(OrderEvent, order(`"items":[`+strings.Repeat(`{},`, 100)+`{}]`))
	lines := strings.Split(got, "\n")
	if len(lines) != codec.MaxProblems {
		t.Fatalf("%d problems:\n%s", len(lines), got)
	}
	for i, line := range lines {
		if want := fmt.Sprintf(`"/items/%d/na~1me~0": the property "na/me~" | none`, i); line != want {
			t.Errorf("got %s, want %s", line, want)
		}
	}
}

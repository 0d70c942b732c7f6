package corpus

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
)

// Sample is what is known about the JSON of one case.
type Sample struct {
	Name      string            `json:"name"`  // of the Go type
	Event     string            `json:"event"` // its wire name
	Documents []json.RawMessage `json:"documents"`
	// Never are TypeScript expressions that are no value of the payload's type.
	Never []string `json:"never"`
}

// rounds is how many random values of each case are marshalled.
const rounds = 150

type entry struct {
	typ    reflect.Type
	values []any // pointers
	never  []string
}

var entries []entry

// add registers the case T with values that random ones would not hit, and with literals that
// can never occur. The return value lets it stand in a var declaration beside the type.
func add[T any](never []string, values ...T) struct{} {
	e := entry{typ: reflect.TypeFor[T](), never: never}
	for i := range values {
		e.values = append(e.values, &values[i])
	}
	entries = append(entries, e)
	return struct{}{}
}

func never(literals ...string) []string { return literals }

// Samples returns the samples of all cases by name: documents that differ in structure. They
// are the same in every run.
func Samples() ([]Sample, error) {
	samples, err := All()
	for i := range samples {
		samples[i].Documents, err = distinct(samples[i].Documents, err)
	}
	return samples, err
}

// All returns the samples with every document that was made.
func All() ([]Sample, error) {
	var out []Sample
	for _, e := range entries {
		s := Sample{Name: e.typ.Name(), Event: "corpus:" + e.typ.Name(), Never: e.never}
		values := e.values
		for _, mode := range []mode{zero, full, hollow} {
			values = append(values, fill(e.typ, mode, rand.New(rand.NewPCG(1, 2))))
		}
		for i := range uint64(rounds) {
			values = append(values, fill(e.typ, random, rand.New(rand.NewPCG(i, 3))))
		}
		seen := map[string]bool{}
		for _, v := range values {
			if unions[e.typ] != nil && reflect.ValueOf(v).Elem().IsNil() {
				continue // a union as a payload always has a variant
			}
			doc, err := encode(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			if !seen[string(doc)] && unique(doc) {
				seen[string(doc)] = true
				s.Documents = append(s.Documents, doc)
			}
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Sample) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// unique reports whether no object in a document has one key twice, which two keys of a map
// with equal texts lead to.
func unique(doc []byte) bool {
	d := json.NewDecoder(bytes.NewReader(doc))
	type frame struct {
		keys map[string]bool // nil in an array
		key  bool            // a key comes next
	}
	var stack []*frame
	for {
		tok, err := d.Token()
		if err != nil {
			return true
		}
		var top *frame
		if len(stack) > 0 {
			top = stack[len(stack)-1]
		}
		if top != nil && top.keys != nil && top.key && tok != json.Delim('}') {
			name := tok.(string)
			if top.keys[name] {
				return false
			}
			top.keys[name], top.key = true, false
			continue
		}
		if top != nil {
			top.key = true
		}
		switch tok {
		case json.Delim('{'):
			stack = append(stack, &frame{keys: map[string]bool{}, key: true})
		case json.Delim('['):
			stack = append(stack, &frame{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
	}
}

// distinct returns the documents that show something which those before them do not: a value
// of another kind at a place, or another short string.
func distinct(docs []json.RawMessage, err error) ([]json.RawMessage, error) {
	var out []json.RawMessage
	seen := map[string]bool{}
	for _, doc := range docs {
		var v any
		decoder := json.NewDecoder(bytes.NewReader(doc))
		decoder.UseNumber() // json.Number goes beyond float64
		if err := decoder.Decode(&v); err != nil {
			return nil, err
		}
		before := len(seen)
		features("", v, seen)
		if len(seen) > before {
			out = append(out, doc)
		}
	}
	return out, err
}

func features(path string, v any, seen map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		seen[path+fmt.Sprintf(" {%t}", len(v) == 0)] = true
		for key, elem := range v {
			seen[path+"."+key] = true
			features(path+"."+key, elem, seen)
		}
	case []any:
		seen[path+fmt.Sprintf(" [%t]", len(v) == 0)] = true
		for _, elem := range v {
			features(path+"[]", elem, seen)
		}
	case string:
		seen[path+" text"] = true
		if len(v) < 8 {
			seen[path+" "+v] = true
		}
	case json.Number:
		seen[path+fmt.Sprintf(" number %t %t", v[0] == '-', strings.ContainsAny(string(v), ".e"))] = true
	default:
		seen[path+fmt.Sprintf(" %v", v)] = true
	}
}

package codecs

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

var update = flag.Bool("update", false, "write the vectors that the TypeScript decoders are held to")

const vectorsFile = "../wire/decoders.json"

// vector is a payload and what the decoders of an event say about it.
type vector struct {
	Event string `json:"event"`
	JSON  string `json:"json"`
	// Refused are the pointers of the problems, sorted; none means that the payload is accepted.
	Refused []string `json:"refused,omitempty"`
	// Own are the pointers of what a method of a Go type refuses: only the backend can run it.
	Own []string `json:"own,omitempty"`
	// Unseen says why a decoder that gets the result of JSON.parse accepts what Go refuses.
	Unseen string `json:"unseen,omitempty"`
}

// unseen is what is lost in JSON.parse.
var unseen = []vector{
	{Event: "basics", JSON: `int8|1.0`, Unseen: "an integer with a fraction of zero is an integer"},
	{Event: "basics", JSON: `int8|1e1`, Unseen: "an integer with an exponent is an integer"},
	{Event: "basics", JSON: `int64|9223372036854775808`, Unseen: "integers beyond 2^53 are rounded"},
	{Event: "basics", JSON: `uint64|18446744073709551616`, Unseen: "integers beyond 2^53 are rounded"},
	{Event: "basics", JSON: `string|"\ud800"`, Unseen: "an unpaired surrogate is text"},
	{Event: "basics", JSON: `bool|true,"bool":true`, Unseen: "the last of two equal keys wins"},
	{Event: "name:map", JSON: `{"a":{"x":1,"y":2},"a":{"x":1,"y":2}}`, Unseen: "the last of two equal keys wins"},
	{Event: "name:any", JSON: `{"a":1,"a":2}`, Unseen: "the last of two equal keys wins"},
	{Event: "name:any", JSON: `["\udc00"]`, Unseen: "an unpaired surrogate is text"},
}

// told are documents that random ones do not hit.
var told = []vector{
	{Event: "instances", JSON: `pointer|{"value":null}`},
	{Event: "instances", JSON: `list|{"value":null}`},
	{Event: "instances", JSON: `any|{"value":null}`},
	{Event: "instances", JSON: `any|{"value":[{"a":1e400}]}`},
	{Event: "instances", JSON: `word|{"value":null}`},
	{Event: "instances", JSON: `small|{"by":{"127":1,"-128":2}}`},
	{Event: "instances", JSON: `small|{"by":{"128":1}}`},
	{Event: "instances", JSON: `small|{"by":{"01":1}}`},
	{Event: "instances", JSON: `small|{"by":{"a":1}}`},
	{Event: "instances", JSON: `large|{"by":{"-1":1}}`},
	{Event: "instances", JSON: `large|{"by":{"18446744073709551616":1}}`},
	{Event: "instances", JSON: `words|{"by":{"a":1,"01":2}}`},
	{Event: "instances", JSON: `texts|{"by":{"[a]":1}}`},
	{Event: "instances", JSON: `nested|{"counted":{"by":{"128":1}},"maybe":{"value":null}}`},
	{Event: "instances", JSON: `checked|{"by":{"!":1}}`},
	{Event: "instances", JSON: `numbered|{"by":{"x":1}}`},
	{Event: "recursive", JSON: `list|[null,[]]`},
	{Event: "recursive", JSON: `list|null`},
	{Event: "recursive", JSON: `map|null`},
	{Event: "recursive", JSON: `ptr|null`},
	{Event: "recursive", JSON: `ptr|{"next":null}`},
	{Event: "checked-keys", JSON: `slugs|{"a":1}`},
	{Event: "checked-keys", JSON: `slugs|{"!":1}`},
	{Event: "checked-keys", JSON: `both|{"?":true}`},
	{Event: "quoted", JSON: `String|"\"a\""`},
	{Event: "quoted", JSON: `String|" \"a\""`},
	{Event: "quoted", JSON: `String|"\"a\" "`},
	{Event: "times", JSON: `time|"2024-01-01T1:00:00Z"`},
	{Event: "times", JSON: `time|"2024-01-01T01:00:00,5Z"`},
	{Event: "times", JSON: `time|"2024-01-01T01:00:00.5Z"`},
	{Event: "times", JSON: `time|"2024-01-01T01:00:00+23:59"`},
	{Event: "times", JSON: `time|"2024-01-01T01:00:00+24:00"`},
	{Event: "times", JSON: `time|"2024-01-01T01:00:00-00:60"`},
}

// judge fills in what the generated decoder says.
func judge(p payload, v vector) vector {
	err := p.decode([]byte(v.JSON), reflect.New(p.typ).Interface())
	var list codec.Errors
	if one := (*codec.Error)(nil); !errors.As(err, &list) && errors.As(err, &one) {
		list = codec.Errors{one}
	}
	for _, e := range list {
		if e.Err != nil {
			v.Own = append(v.Own, e.Path)
		} else {
			v.Refused = append(v.Refused, e.Path)
		}
	}
	slices.Sort(v.Refused)
	slices.Sort(v.Own)
	return v
}

func vectors() []vector {
	const valid, mutated = 4, 24
	// Parts of these go through encoding/json or methods in Go, which read more than is written.
	lenient := []string{"name:exposes", "marshalers", "unspelled", "read-by-method", "quoted-by-method", "mark"}
	var out []vector
	for _, p := range payloads {
		if p.decode == nil {
			continue
		}
		r := rand.New(rand.NewPCG(7, uint64(len(p.name))))
		var documents []string
		for range 3000 {
			v := reflect.New(p.typ)
			fill(r, v.Elem(), 2)
			src, err := p.encode(nil, v.Interface())
			if err == nil && len(src) < 900 && !slices.Contains(documents, string(src)) && visible(src) {
				documents = append(documents, string(src))
			}
			if len(documents) == valid {
				break
			}
		}
		seen := map[string]bool{}
		add := func(text string) {
			if v := judge(p, vector{Event: p.name, JSON: text}); !seen[text] && len(v.Refused)+len(v.Own) < codec.MaxProblems {
				seen[text] = true
				out = append(out, v)
			}
		}
		for _, d := range documents {
			add(d)
		}
		for i := 0; i < mutated*8 && len(seen) < valid+mutated && len(documents) > 0 && !slices.Contains(lenient, p.name); i++ {
			var tree any
			d := json.NewDecoder(strings.NewReader(documents[i%len(documents)]))
			d.UseNumber()
			if d.Decode(&tree) != nil {
				continue
			}
			for range 1 + r.IntN(2) {
				tree = mutate(r, tree)
			}
			var text bytes.Buffer
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			if e.Encode(tree) == nil {
				add(strings.TrimSuffix(text.String(), "\n"))
			}
		}
		for _, u := range slices.Concat(unseen, told) {
			if u.Event != p.name {
				continue
			}
			if key, value, ok := strings.Cut(u.JSON, "|"); ok {
				src, err := p.encode(nil, reflect.New(p.typ).Interface())
				if err != nil { // the zero value is none
					src = []byte(documents[0])
				}
				var fields map[string]json.RawMessage
				_ = json.Unmarshal(src, &fields)
				fields[key] = json.RawMessage("0")
				text, _ := json.Marshal(fields)
				u.JSON = strings.Replace(string(text), `"`+key+`":0`, `"`+key+`":`+value, 1)
			}
			out = append(out, judge(p, u))
		}
	}
	return out
}

// visible reports whether builds agree on src, with and without GOEXPERIMENT=jsonv2: how they
// write the replacement character differs.
func visible(src []byte) bool {
	return !bytes.Contains(src, []byte(`\ufffd`)) && !bytes.Contains(src, []byte("\ufffd"))
}

var replacements = []any{
	nil, true, false, json.Number("0"), json.Number("-1"), json.Number("1.5"), json.Number("200"), json.Number("70000"),
	json.Number("1e300"), "", "x", "12", "true", "red", "YQ==", "YR==", "2024-01-01T00:00:00Z", "2024-02-30T00:00:00Z", "[a]",
}

// mutate changes one value or key somewhere in tree.
func mutate(r *rand.Rand, tree any) any {
	if r.IntN(3) > 0 {
		switch t := tree.(type) {
		case []any:
			if len(t) > 0 {
				i := r.IntN(len(t))
				t[i] = mutate(r, t[i])
				return t
			}
		case map[string]any:
			if keys := slices.Sorted(maps.Keys(t)); len(keys) > 0 {
				k := keys[r.IntN(len(keys))]
				t[k] = mutate(r, t[k])
				return t
			}
		}
	}
	switch t := tree.(type) {
	case []any:
		switch r.IntN(3) {
		case 0:
			return append(t, pick(r, replacements...))
		case 1:
			return t[:len(t)/2]
		}
	case map[string]any:
		keys := slices.Sorted(maps.Keys(t))
		if len(keys) == 0 {
			t["extra"] = json.Number("1")
			return t
		}
		k := keys[r.IntN(len(keys))]
		switch r.IntN(4) {
		case 0:
			delete(t, k)
			return t
		case 1:
			t[strings.ToUpper(k)] = t[k]
			return t
		case 2:
			t["extra"] = json.Number("1")
			return t
		}
	}
	switch r.IntN(8) {
	case 0:
		return map[string]any{}
	case 1:
		return []any{}
	case 2:
		return []any{tree}
	}
	return pick(r, replacements...)
}

// TestVectors holds the committed vectors to the generated decoders. The test of the TypeScript
// decoders reads the same file.
func TestVectors(t *testing.T) {
	list := vectors()
	for _, v := range list {
		if v.Unseen != "" && len(v.Refused) == 0 {
			t.Errorf("%s accepts %s, which %s", v.Event, v.JSON, v.Unseen)
		}
	}
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, v := range list {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			out.WriteString(",\n")
		}
		out.Write(line)
	}
	out.WriteString("\n]\n")
	if *update {
		if err := os.WriteFile(vectorsFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(vectorsFile)
	if err != nil || !bytes.Equal(committed, out.Bytes()) {
		t.Errorf("%s is stale: run go test -run TestVectors -update", vectorsFile)
	}
}

package ir

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
)

// TestWithoutPositions fills a package with positions everywhere and finds none afterwards,
// whatever the model grows.
func TestWithoutPositions(t *testing.T) {
	p := new(Package)
	fill(reflect.ValueOf(p).Elem(), 0)
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	stripped, err := json.Marshal(p.WithoutPositions())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "/machine/"); n < 10 {
		t.Fatalf("only %d positions to begin with", n)
	}
	if before, after, found := strings.Cut(string(stripped), "/machine/"); found {
		t.Errorf("a position is left: …%s HERE %s…", before[max(0, len(before)-200):], after[:min(len(after), 100)])
	}
	if again, err := json.Marshal(p); err != nil || string(again) != string(text) {
		t.Error("the original was changed")
	}
}

func fill(v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[diag.Pos]() {
		v.Set(reflect.ValueOf(diag.Pos{File: "/machine/x.go", Line: 1}))
		return
	}
	if depth > 14 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		if depth > 11 {
			return // or its element would be nil
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, depth+1)
		}
	}
}

// Only a struct that is written out has to be copied.
func TestHasFields(t *testing.T) {
	object := &Type{Kind: KindStruct, Fields: []*Field{{Name: "a"}}}
	plain := &Type{Kind: KindString}
	for name, test := range map[string]struct {
		of   *Type
		want bool
	}{
		"nothing":           {nil, false},
		"text":              {plain, false},
		"an object":         {object, true},
		"an empty object":   {&Type{Kind: KindStruct}, false},
		"a list":            {&Type{Kind: KindSlice, Elem: object}, true},
		"a list of text":    {&Type{Kind: KindSlice, Elem: plain}, false},
		"a key":             {&Type{Kind: KindMap, Key: object, Elem: plain}, true},
		"an element":        {&Type{Kind: KindMap, Key: plain, Elem: object}, true},
		"an argument":       {&Type{Kind: KindRef, Args: []*Type{plain, object}}, true},
		"a Go name":         {&Type{Kind: KindCustom, Go: &GoName{Args: []*Type{object}}}, true},
		"a Go name of text": {&Type{Kind: KindCustom, Go: &GoName{Args: []*Type{plain}}}, false},
		"one of":            {&Type{Kind: KindParam, OneOf: []*Type{object}}, true},
	} {
		if got := hasFields(test.of); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

package session

import (
	"slices"
	"testing"
)

// TestElements: values are found by their ends, whatever is inside of strings.
func TestElements(t *testing.T) {
	for text, want := range map[string][]string{
		`[]`:                        nil,
		`[ 1 ,-2.5e3,true,null ]`:   {`1`, `-2.5e3`, `true`, `null`},
		`["a","b\"]","c\\","]}"]`:   {`"a"`, `"b\"]"`, `"c\\"`, `"]}"`},
		`[[1,["]"]],{"a":"}"},"" ]`: {`[1,["]"]]`, `{"a":"}"}`, `""`},
		`[["\"","],"],{"\\":{}},7]`: {`["\"","],"]`, `{"\\":{}}`, `7`},
	} {
		var got []string
		for value := range elements([]byte(text)) {
			got = append(got, string(value))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestMembers(t *testing.T) {
	var got []string
	for name, value := range members([]byte(`{ "a\"}" : "\\" ,"b":{"c":["}"]}, "":null}`)) {
		got = append(got, string(name)+"="+string(value))
	}
	if want := []string{`"a\"}"="\\"`, `"b"={"c":["}"]}`, `""=null`}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

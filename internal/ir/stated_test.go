package ir

import "testing"

func TestCheckTypeScript(t *testing.T) {
	for _, ok := range []string{
		"string", "string | number", "| 'a' | 'b'", "[number, number]", "readonly string[]", "Record<string, Array<1 | -1>>",
		"`${number}px`", "{ a: string; b?: number }", "{ readonly [key: string]: unknown }", "(a: string) => void",
		"import('./x').Money", `"it's"`, `'\''`, "keyof Money", "A extends string ? B : never", "{ [K in 'a' | 'b']: K }",
		"[x: number, y?: number, ...rest: string[]]", "1.5", "Größe", "Ā", "() =>a", "(a:b)=>c", "A9 | Z_z | $a | 0", "{ a: b; c: d }", "-1", "a.b", "typeof a", "A is B",
	} {
		if at, problem := CheckTypeScript(ok); problem != "" {
			t.Errorf("%s: %s at %d", ok, problem, at)
		}
	}
	for text, want := range map[string]struct {
		at      int
		problem string
	}{
		"":                 {0, "there is no type"},
		"{{{":              {2, "{ is not closed"},
		"Foo<":             {3, "< is not closed"},
		"[number)":         {7, ") closes nothing"},
		"'a":               {0, "' is not closed"},
		"string |":         {7, "nothing follows |"},
		"string number":    {7, "number follows string without an operator"},
		"string;":          {6, "a type ends without ;"},
		"string // a name": {7, "a comment in a type"},
		"string /* a":      {7, "a comment in a type"},
		"a =>":             {2, "nothing follows =>"},
		"a &":              {2, "nothing follows &"},
		"a Ā":              {2, "Ā follows a without an operator"},
		"9 a":              {2, "a follows 9 without an operator"},
		"Z a":              {2, "a follows Z without an operator"},
		"z A":              {2, "A follows z without an operator"},
		"(a; b)":           {2, "a type ends without ;"},
		`"a\"`:             {0, `" is not closed`},
		"a]":               {1, "] closes nothing"},
		"a\nb":             {1, `'\n' has no meaning in a type`},
		"string # a name":  {7, `'#' has no meaning in a type`},
	} {
		if at, problem := CheckTypeScript(text); at != want.at || problem != want.problem {
			t.Errorf("%s: %q at %d, want %q at %d", text, problem, at, want.problem, want.at)
		}
	}
}

package ir

import "testing"

func TestCheckTypeScript(t *testing.T) {
	for _, ok := range []string{
		"string", "string | number", "| 'a' | 'b'", "[number, number]", "readonly string[]", "Record<string, Array<1 | -1>>",
		"`${number}px`", "{ a: string; b?: number }", "{ readonly [key: string]: unknown }", "(a: string) => void",
		"import('./x').Money", `"it's"`, `'\''`, "keyof Money", "A extends string ? B : never", "{ [K in 'a' | 'b']: K }",
		"[x: number, y?: number, ...rest: string[]]", "1.5", "Größe",
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
		"string # a name":  {7, `'#' has no meaning in a type`},
	} {
		if at, problem := CheckTypeScript(text); at != want.at || problem != want.problem {
			t.Errorf("%s: %q at %d, want %q at %d", text, problem, at, want.problem, want.at)
		}
	}
}

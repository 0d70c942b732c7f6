package typescript

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/ir"
)

// The words of a type that a user states, as far as they can name another type.
func TestIdentifiers(t *testing.T) {
	for ts, want := range map[string][]string{
		"Foo":                              {"Foo"},
		"_a | $b | c9 | Z | a0Z":           {"_a", "$b", "c9", "Z", "a0Z"},
		"Āb":                               {"Āb"}, // of which a byte is 0x80
		"größe | 日本":                       {"größe", "日本"},
		"{ key: Foo; opt?: Bar<Baz> }":     {"Foo", "Bar", "Baz"},
		"Array<Foo.Bar>[]":                 {"Array", "Foo"},
		"'it\\'s Foo' | \"Bar\" | `Baz` ":  nil,
		"`a${'b'}`":                        nil,
		"'open":                            nil,
		"a-b@c":                            {"a", "b", "c"},
		"[first: Foo, second?: Bar, ...T]": {"Foo", "Bar"},
	} {
		if got := identifiers(ts); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", ts, got, want)
		}
	}
}

func TestOneOperand(t *testing.T) {
	for ts, want := range map[string]bool{
		"Foo": true, "'a'": true, "{ a: B } ": true, "[A, (B)]": true, "(A | B)": true, "7": true,
		"": false, "A | B": false, "{ a: B } | C": false, "[A][]": false, "Foo.Bar": false, "(A) & (B)": false, "A[]": false, "{ a: B": false,
	} {
		if got := isOneOperand(ts); got != want {
			t.Errorf("%s is one operand: %v", ts, got)
		}
	}
}

func TestExpressions(t *testing.T) {
	a := primary("A")
	both := union("A", "B")
	for got, want := range map[string]string{
		a.String():                           "A",
		a.orNull().String():                  "A | null",
		a.orNull().orNull().String():         "A | null",
		both.String():                        "A | B",
		both.orNull().String():               "A | B | null",
		unknownExpr.orNull().String():        "unknown",
		a.arrayOf().String():                 "A[]",
		a.orNull().arrayOf().String():        "(A | null)[]",
		both.arrayOf().String():              "(A | B)[]",
		both.within(precUnion) + ";":         "A | B;",
		both.within(precIntersection) + ";":  "(A | B);",
		a.orNull().within(precUnion) + ";":   "A | null;",
		a.orNull().within(precPrimary) + ";": "(A | null);",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A line of code has at most so many columns.
func TestLinesAreBroken(t *testing.T) {
	fill := func(columns int) string { return strings.Repeat("é", columns) }
	if got := continued("a", fill(lineWidth-3)); strings.Contains(got, "\n") {
		t.Errorf("a value that fits stands on a line of its own: %s", got)
	}
	if got := continued("a", fill(lineWidth-2)); !strings.Contains(got, "a\n  é") {
		t.Errorf("a value that does not fit stands on the same line: %s", got)
	}
	if got := list(lineWidth-6, "(", []string{"a", "b"}, ")"); got != "(a, b)" {
		t.Errorf("got %s", got)
	}
	if got := list(lineWidth-5, "(", []string{"a", "b"}, ")"); got != "(\n  a,\n  b,\n)" {
		t.Errorf("got %s", got)
	}
	if got := list(lineWidth-7, "{", []string{"a", "b"}, "}"); got != "{\n  a,\n  b,\n}" {
		t.Errorf("got %s", got)
	}
	if got := list(lineWidth, "<", []string{"a", "b"}, ">"); got != "<\n  a,\n  b\n>" {
		t.Errorf("got %s", got)
	}
	if got := list(0, "(", []string{"a\nb"}, ")"); got != "(\n  a\nb,\n)" {
		t.Errorf("got %s", got)
	}
	member := func(columns int) []memberView { return []memberView{{Type: "A"}, {Type: fill(columns)}} }
	const around = len("= A | ;")
	if got := unionLines("=", member(lineWidth-around)); strings.Contains(got, "\n") {
		t.Errorf("a union that fits has several lines: %s", got)
	}
	if got := unionLines("=", member(lineWidth-around+1)); !strings.HasPrefix(got, "=\n  | A\n  | é") || !strings.HasSuffix(got, ";") {
		t.Errorf("a union that does not fit: %s", got)
	}
	if got := unionLines("=", []memberView{{Type: "A", Doc: []string{"First."}}, {Type: "B"}}); got != "=\n  /** First. */\n  | A\n  | B;" {
		t.Errorf("a union that is documented: %s", got)
	}
	if got := unionLines("=", []memberView{{Type: "(A | B)"}}); got != "= A | B;" {
		t.Errorf("a union of one: %s", got)
	}
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		2 * time.Hour: "2 h", 90 * time.Minute: "90 min", 90 * time.Second: "90 s", 1500 * time.Millisecond: "1500 ms",
		1500 * time.Microsecond: "1500 µs", 1500: "1500 ns", time.Hour + 1: "3600000000001 ns",
	} {
		if got := duration(d); got != want {
			t.Errorf("%d ns is %s, want %s", d, got, want)
		}
	}
}

func TestStringLiterals(t *testing.T) {
	for s, want := range map[string]string{
		"": "''", "a": "'a'", "it's": `'it\'s'`, `a\b`: `'a\\b'`, "a\nb\rc\td": `'a\nb\rc\td'`, "\u2028\u2029": `'\u2028\u2029'`, "\x00\x1f": `'\u0000\u001f'`,
		"é日😀\"": "'é日😀\"'", "~\x7f\u009f\u00a0": `'~\u007f\u009f` + "\u00a0'", "\ufeff\ufffd": `'\ufeff\ufffd'`,
		"\u200a\u200b\u200f\u2010": "'\u200a" + `\u200b\u200f` + "\u2010'", "\u2027\u202e\u202f": "'\u2027" + `\u202e` + "\u202f'",
		"\u205f\u2060\u206f\u2070": "'\u205f" + `\u2060\u206f` + "\u2070'",
	} {
		if got := stringLiteral(s); got != want {
			t.Errorf("%q is written %s, want %s", s, got, want)
		}
	}
}

func TestPropertyKeys(t *testing.T) {
	for s, want := range map[string]string{
		"a": "a .a", "Az_$9": "Az_$9 .Az_$9", "_": "_ ._", "$": "$ .$", "9": "'9' ['9']", "a9": "a9 .a9", "": "'' ['']", "a-b": "'a-b' ['a-b']", "é": "'é' ['é']",
		"a/": "'a/' ['a/']", "a:": "'a:' ['a:']", "a@": "'a@' ['a@']", "a[": "'a[' ['a[']", "a`": "'a`' ['a`']", "a{": "'a{' ['a{']", "a z": "'a z' ['a z']",
		"__proto__": "__proto__ .__proto__",
	} {
		if got := propertyKey(s) + " " + member(s); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
	if got := initKey("__proto__") + initKey("a"); got != "['__proto__']a" {
		t.Errorf("keys that are evaluated are %s", got)
	}
}

// The results of a union's cases are A to Z but F, then A1 and so on.
func TestResultParameters(t *testing.T) {
	got := resultParams(30, func(s string) bool { return s == "B" || s == "A1" })
	if want := strings.Fields("A C D E G H I J K L M N O P Q R S T U V W X Y Z B1 C1 D1 E1 F1 G1"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestVariableNames(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "A": "a", "ID": "id", "IDs": "ids", "IDsChanged": "idsChanged", "IDSet": "idSet", "HTTPError": "httpError", "HTTP2": "http2",
		"DownloadProgress": "downloadProgress", "URLsplit": "urLsplit", "already": "already", "ÉtatX": "étatX", "ABCs9": "abcs9", "As": "as", "Is": "is", "ABr": "aBr",
	} {
		if got := lowerCamel(s); got != want {
			t.Errorf("%s is %s, want %s", s, got, want)
		}
	}
}

// A parameter is constrained to what its constraint's types are in TypeScript, each of them once.
func TestConstraints(t *testing.T) {
	small, text := &ir.Type{Kind: ir.KindInt, Bits: 8}, &ir.Type{Kind: ir.KindString}
	d := &ir.Decl{ID: "P", Type: text, Params: []*ir.Param{
		{Name: "T", Constraint: []*ir.Type{text, small, {Kind: ir.KindUint, Bits: 16}}}, {Name: "U"}, {Name: "V", Unused: true},
	}}
	p := newProgram(model([]*ir.Decl{d}), nil, Options{})
	r := typer{program: p}
	r.params = r.paramNames(d)
	if got, want := r.paramList(d), "<T extends string | number, U>"; got != want {
		t.Errorf("the parameters are %s, want %s", got, want)
	}
}

// The import of a value brings the type of its name.
func TestImportsOnce(t *testing.T) {
	f := newProgram(model(nil), nil, Options{}).newFile()
	f.runtimeValue("both")
	f.runtimeType("both")
	f.runtimeType("alone")
	var got []string
	for _, v := range f.views() {
		got = append(got, v.Clause())
	}
	want := []string{"import { both as $both } from './client/index'", "import type { alone as $alone } from './client/index'"}
	if !slices.Equal(got, want) {
		t.Errorf("the imports are %q, want %q", got, want)
	}
}

// A comment holds no character that nobody sees, and keeps the lines that go/doc shows as they are.
func TestComments(t *testing.T) {
	for text, want := range map[string]string{
		"a\tb": "a\tb", "a\bb": "a b", "a\u200bb": "a b", "a\ufeffb": "a b", "a\rb": "ab", "a */ b": `a *\/ b`, "see @x": `see \@x`,
	} {
		if got := escapeDoc(text); got != want {
			t.Errorf("%q is %q in a comment, want %q", text, got, want)
		}
	}
	if got, want := stringLiteral("a\u2060b"), `'a\u2060b'`; got != want {
		t.Errorf("a string with a character that nobody sees is %s, want %s", got, want)
	}
	const width = 40
	long := strings.TrimSpace(strings.Repeat("word ", width))
	if got := wrapText(long, width); len(got) < 2 {
		t.Errorf("a long paragraph is %d lines", len(got))
	}
	for _, mark := range []string{" ", "\t", "- ", "# "} {
		if got := wrapText(mark+long, width); len(got) != 1 {
			t.Errorf("a line that begins with %q is %d lines", mark, len(got))
		}
	}
}

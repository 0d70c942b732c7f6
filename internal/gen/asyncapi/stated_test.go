package asyncapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/ir"
)

// String prints a stated type, its operators first.
func (t *stated) String() string {
	join := func(parts []*stated) string {
		var b strings.Builder
		for i, p := range parts {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(p.String())
		}
		return b.String()
	}
	switch t.kind {
	case statedName:
		return t.text
	case statedLiteral:
		return fmt.Sprintf("%#v", t.value)
	case statedObject:
		var b strings.Builder
		for _, f := range t.fields {
			fmt.Fprintf(&b, " %q", f.name)
			if f.optional {
				b.WriteString("?")
			}
			b.WriteString(":" + f.typ.String())
		}
		return "{" + strings.TrimSpace(b.String()) + "}"
	}
	return []string{statedArray: "array", statedTuple: "tuple", statedUnion: "any", statedRecord: "record", statedTemplate: "text"}[t.kind] + "(" + join(t.parts) + ")"
}

func TestParseStated(t *testing.T) {
	for ts, want := range map[string]string{
		"string":                             "string",
		" größe_$1 ":                         "größe_$1",
		"'it\\'s' | \"a\\\\b\"":              `any("it's" "a\\b")`,
		"| A | B":                            "any(A B)",
		"| A":                                "A",
		"true | false":                       "any(true false)",
		"-1.5e+3 | 0 | 12":                   `any("-1.5e+3" "0" "12")`,
		"A[][]":                              "array(array(A))",
		"A | B[]":                            "any(A array(B))",
		"(A | B)[]":                          "array(any(A B))",
		"readonly A[]":                       "array(A)",
		"Array<A | B>":                       "array(any(A B))",
		"ReadonlyArray<A[]>":                 "array(array(A))",
		"Record<string, A[]>":                "record(string array(A))",
		"[]":                                 "tuple()",
		"[A]":                                "tuple(A)",
		"[A, B | C, [D]]":                    "tuple(A any(B C) tuple(D))",
		"[A, B,]":                            "tuple(A B)",
		"{}":                                 "{}",
		"{ a: A; 'b c'?: B, readonly d: C }": `{"a":A "b c"?:B "d":C}`,
		"{ a: A\n; }":                        `{"a":A}`,
		"{ [key: string]: A }":               "record(string A)",
		"{ [key: 'a' | 'b']: A[]; }":         `record(any("a" "b") array(A))`,
		"`a`":                                `text("a")`,
		"`a${number}b\\`${A | `c`}`":         "text(\"a\" number \"b`\" any(A text(\"c\")) \"\")",
		"`\\${a}`":                           "text(\"${a}\")",
	} {
		got := parseStated(ts)
		if got == nil || got.String() != want {
			t.Errorf("%s is read as %v, want %s", ts, got, want)
		}
	}
	for _, ts := range []string{
		"", " ", "A B", "A |", "| ", "A[", "A[B]", "(A", "()", "[A", "[A B]", "[,]", "{ a }", "{ a: }", "{ a: A b: B }", "{ : A }", "{ a: A", "{ 'a: A }",
		"{ [key]: A }", "{ [: string]: A }", "{ [key: string] A }", "{ [key: string: A }", "{ b: B; [key: string]: A }", "{ [key: string]: A; b: B }",
		"Map<A, B>", "a.B", "A => B", "(a: A) => B", "Record<A>", "Record<A, B", "Array", "Array<A", "'a", `"a`, `'\n'`, "'\\", "`a", "`${A`", "`${A B}`", "`${}`",
		"A & B", "keyof A", "A extends B ? C : D", "-", "1.", "01", "#",
	} {
		if got := parseStated(ts); got != nil {
			t.Errorf("%s is read as %v", ts, got)
		}
	}
}

func TestStatedSchemas(t *testing.T) {
	b := &schemas{program: &program{}}
	for ts, want := range map[string]string{
		"string":                     `{"type":"string"}`,
		"number | null":              `{"anyOf":[{"type":"number"},{"type":"null"}]}`,
		"object":                     `{"type":"object"}`,
		"'a' | 'b'":                  `{"enum":["a","b"]}`,
		"'a' | boolean":              `{"anyOf":[{"type":"boolean"},{"enum":["a"]}]}`,
		"7":                          `{"const":7}`,
		"string[]":                   `{"type":"array","items":{"type":"string"}}`,
		"Record<string, number>":     `{"type":"object","additionalProperties":{"type":"number"}}`,
		"Record<'a', number>":        `{"type":"object","additionalProperties":{"type":"number"},"propertyNames":{"const":"a"}}`,
		"{ a: string; b?: boolean }": `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["a"],"additionalProperties":false}`,
		"`a.${number}`":              `{"type":"string","pattern":"^a\\.-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"}`,
		"`${bigint}${boolean}`":      `{"type":"string","pattern":"^(?:0|-?[1-9][0-9]*)(?:true|false)$"}`,
		"`${'a' | `b${string}`}`":    `{"type":"string","pattern":"^(?:a|b[\\s\\S]*)$"}`,
		"Unknown":                    `{}`,
	} {
		if got := compact(t, b.stated(ir.Slot{Form: &ir.Form{}}, parseStated(ts))); got != want {
			t.Errorf("%s has the schema %s, want %s", ts, got, want)
		}
	}
}

func TestBasicSchemas(t *testing.T) {
	for want, s := range map[string]ir.Slot{
		`{"type":"boolean"}`: slotOf(ir.KindBool, 0, false), `{"type":"string"}`: slotOf(ir.KindString, 0, false),
		`{"type":"number"}`: slotOf(ir.KindFloat, 64, false),
		`{"type":"integer","minimum":-128,"maximum":127}`:               slotOf(ir.KindInt, 8, false),
		`{"type":"integer","minimum":0,"maximum":65535}`:                slotOf(ir.KindUint, 16, false),
		`{"type":"integer","minimum":0,"maximum":18446744073709551615}`: slotOf(ir.KindUint, 0, false),
		`{"type":"string","pattern":"^(?:0|-?[1-9][0-9]{0,2})$"}`:       slotOf(ir.KindInt, 8, true),
		`{"type":"string","pattern":"^(?:0|[1-9][0-9]{0,19})$"}`:        slotOf(ir.KindUint, 64, true),
		`{"type":"string","enum":["true","false"]}`:                     slotOf(ir.KindBool, 0, true),
	} {
		if got := compact(t, basic(s)); got != want {
			t.Errorf("%s of %d bits has the schema %s, want %s", s.Kind, s.Bits, got, want)
		}
	}
}

func compact(t *testing.T, schema tree) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, asJSON(schema)); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func slotOf(kind ir.Kind, bits int, quoted bool) ir.Slot {
	return ir.Slot{Form: &ir.Form{Kind: kind, Bits: bits}, Quoted: quoted}
}

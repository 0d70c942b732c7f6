package typescript

import (
	"maps"
	"slices"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/gen/typescript/oracle"
	"github.com/eventgen/eventgen/internal/ir"
)

// A typeCase is a wire form with what is written for it and what never is.
type typeCase struct {
	name     string
	settings string // a key of allSettings; "" for the default
	typ      *ir.Type
	decls    []*ir.Decl
	accept   []string
	reject   []string
}

var typeCases = []typeCase{
	{name: "bool", typ: tBool, accept: []string{`true`, `false`}, reject: []string{`null`, `"true"`, `0`}},
	{name: "int", typ: tInt, accept: []string{`0`, `-5`}, reject: []string{`"0"`, `null`, `true`}},
	{name: "float", typ: tFloat64, accept: []string{`1e+21`, `-0`, `1e-7`}, reject: []string{`"1"`}},
	{name: "string", typ: tString, accept: []string{`""`, `"\u2028 </script>"`}, reject: []string{`null`, `1`}},
	{name: "slice", typ: tSlice(tString), accept: []string{`null`, `[]`, `["a"]`}, reject: []string{`[null]`, `{}`, `[1]`, `"a"`}},
	{name: "slice nil empty", settings: "string", typ: tSlice(tString), accept: []string{`[]`}, reject: []string{`null`}},
	{name: "bytes", typ: tBytes, accept: []string{`null`, `""`, `"AAE="`}, reject: []string{`[]`, `[1]`}},
	{name: "array", typ: tArray(2, tInt), accept: []string{`[1,2]`}, reject: []string{`[1]`, `[1,2,3]`, `null`, `"AAE="`}},
	{name: "array of none", typ: tArray(0, tInt), accept: []string{`[]`}, reject: []string{`[1]`, `null`}},
	{
		name: "long array", typ: tArray(17, tUint8),
		accept: []string{`[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]`},
		reject: []string{`[]`, `[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]`, `[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]`, `"AAE="`},
	},
	{name: "long array of unions", typ: tArray(20, tPtr(tString)), reject: []string{`[]`, `[null]`}},
	{name: "map", typ: tMap(tString, tInt), accept: []string{`null`, `{}`, `{"a":1,"constructor":2,"__proto__":3}`}, reject: []string{`{"a":"1"}`, `[]`, `{"a":null}`}},
	{
		name: "map of integers", typ: tMap(tInt64, tInt), accept: []string{`{}`, `{"-5":1,"9223372036854775807":2,"0":1}`},
		reject: []string{`{"a":1}`, `{"1.5":1}`, `{"":1}`, `{"1":"1"}`},
	},
	{
		name: "map of text enum", typ: tMap(tRef("Status"), tInt), decls: []*ir.Decl{statusDecl()},
		accept: []string{`null`, `{}`, `{"open":1}`, `{"open":1,"shut":2}`}, reject: []string{`{"other":1}`, `{"open":"1"}`, `{"open":undefined}`},
	},
	{
		name: "map of number enum", typ: tMap(tRef("Level"), tInt), decls: []*ir.Decl{levelDecl()},
		accept: []string{`{}`, `{"0":1,"2":2}`}, reject: []string{`{"1":1}`, `{"Info":1}`},
	},
	{
		name: "map of open enum", typ: tMap(tRef("Mood"), tInt), decls: []*ir.Decl{enumDecl("Mood", tString, ir.EnumOpen, `A="a"`, `B="b"`)},
		accept: []string{`{}`, `{"a":1,"c":2}`}, reject: []string{`{"a":"1"}`},
	},
	{name: "map of named text", typ: tMap(tRef("ID"), tInt), decls: []*ir.Decl{decl("ID", tString)}, accept: []string{`{"a":1}`}, reject: []string{`{"a":""}`}},
	{name: "map of stated text", typ: tMap(&ir.Type{Kind: ir.KindText, TS: "`${number}px`"}, tInt), accept: []string{`{"1px":1}`}, reject: []string{`{"1":1}`}},
	{name: "pointer", typ: tPtr(tInt), accept: []string{`null`, `1`}, reject: []string{`undefined`, `"1"`}},
	{name: "pointers", typ: tPtr(tPtr(tSlice(tInt))), accept: []string{`null`, `[]`}, reject: []string{`[null]`}},
	{
		name: "omitted", typ: tStruct(omitEmpty(field("p", tPtr(tPtr(tInt)))), omitEmpty(field("s", tSlice(tInt))), omitEmpty(field("q", tPtr(tInt))), omitEmpty(field("ps", tPtr(tSlice(tInt))))),
		accept: []string{`{}`, `{"p":null,"s":[1]}`, `{"p":1,"q":2}`, `{"ps":null}`},
		reject: []string{`{"s":null}`, `{"q":null}`, `{"s":undefined}`, `{"x":1}`},
	},
	{
		name: "omitted by method", typ: tStruct(&ir.Field{Name: "s", Type: tSlice(tInt), OmitZero: ir.ZeroMethod, Optional: true}),
		accept: []string{`{}`, `{"s":null}`, `{"s":[]}`}, reject: []string{`{"s":undefined}`},
	},
	{
		name: "inherited names", typ: tStruct(omitEmpty(field("constructor", tString)), omitEmpty(field("toString", tInt)), field("valueOf", tInt)),
		accept: []string{`{"valueOf":1}`, `{"constructor":"a","toString":1,"valueOf":2}`}, reject: []string{`{}`, `{"constructor":1,"valueOf":2}`},
	},
	{
		name: "odd names", typ: tStruct(field("a-b", tInt), field("1", tInt), field("", tInt), field("it's", tInt), field("__proto__", tInt), field("ünï", tInt)),
		accept: []string{`{"a-b":1,"1":1,"":1,"it's":1,"__proto__":1,"ünï":1}`}, reject: []string{`{"a-b":1}`},
	},
	{name: "empty struct", typ: tRef("Empty"), decls: []*ir.Decl{structDecl("Empty")}, accept: []string{`{}`}, reject: []string{`{"a":1}`, `[]`, `""`, `0`, `null`, `true`}},
	{
		name: "quoted", typ: tStruct(quoted(field("i", tInt)), quoted(field("f", tFloat64)), quoted(field("b", tBool)), quoted(field("s", tString)), quoted(field("p", tPtr(tInt))), quoted(field("n", tNumber))),
		accept: []string{`{"i":"-5","f":"1e+21","b":"true","s":"\"a\"","p":null,"n":"1.5"}`, `{"i":"0","f":"-0","b":"false","s":"\"\"","p":"1","n":"0"}`},
		reject: []string{
			`{"i":-5,"f":"1","b":"true","s":"\"a\"","p":null,"n":"1"}`, `{"i":"1.5","f":"1","b":"true","s":"\"a\"","p":null,"n":"1"}`,
			`{"i":"1","f":"","b":"true","s":"\"a\"","p":null,"n":"1"}`, `{"i":"1","f":"1","b":"yes","s":"\"a\"","p":null,"n":"1"}`,
			`{"i":"1","f":"1","b":"true","s":"a","p":null,"n":"1"}`, `{"i":"1","f":"1","b":"true","s":"\"a\"","p":1,"n":"1"}`,
		},
	},
	{
		name: "quoted enums", typ: tStruct(quoted(field("s", tRef("Status"))), quoted(field("l", tRef("Level")))), decls: []*ir.Decl{statusDecl(), levelDecl()},
		accept: []string{`{"s":"\"open\"","l":"2"}`}, reject: []string{`{"s":"open","l":"2"}`, `{"s":"\"open\"","l":2}`, `{"s":"\"x\"","l":"2"}`, `{"s":"\"open\"","l":"1"}`},
	},
	{
		name: "quoted enum with escapes", typ: tStruct(quoted(field("s", tRef("Sign")))), decls: []*ir.Decl{enumDecl("Sign", tString, ir.EnumClosed, `Less="<"`, `Inch="\""`, `Plus="+"`)},
		accept: []string{`{"s":"\"\\u003c\""}`, `{"s":"\"\\\"\""}`, `{"s":"\"+\""}`}, reject: []string{`{"s":"\"<\""}`, `{"s":"+"}`, `{"s":"\"-\""}`},
	},
	{name: "text enum", typ: tRef("Status"), decls: []*ir.Decl{statusDecl()}, accept: []string{`"open"`, `"shut"`}, reject: []string{`""`, `"Open"`, `null`}},
	{name: "number enum", typ: tRef("Level"), decls: []*ir.Decl{levelDecl()}, accept: []string{`0`, `2`}, reject: []string{`1`, `"0"`, `3`}},
	{name: "open enum", typ: tRef("Mood"), decls: []*ir.Decl{enumDecl("Mood", tString, ir.EnumOpen, `A="a"`)}, accept: []string{`"a"`, `"x"`}, reject: []string{`1`, `null`}},
	{name: "flags", typ: tRef("Perm"), decls: []*ir.Decl{enumDecl("Perm", tInt, ir.EnumFlags, `A=1`, `B=2`)}, accept: []string{`0`, `3`}, reject: []string{`"1"`}},
	{
		name: "adjacent union", typ: tRef("Shape"), decls: shapeDecls("data"),
		accept: []string{`{"type":"Circle","data":{"r":1}}`, `{"type":"Dot","data":{}}`, `{"data":{"w":1,"h":2},"type":"Rect"}`},
		reject: []string{`null`, `{"type":"Circle"}`, `{"type":"Circle","data":{"w":1,"h":2}}`, `{"type":"X","data":{}}`, `{"data":{"r":1}}`, `{"type":"Dot","data":{"r":1}}`},
	},
	{
		name: "internal union", typ: tRef("Shape"), decls: shapeDecls(""),
		accept: []string{`{"type":"Circle","r":1}`, `{"type":"Dot"}`, `{"w":1,"h":2,"type":"Rect"}`},
		reject: []string{`null`, `{"type":"Circle"}`, `{"type":"Circle","w":1,"h":2}`, `{"type":"Circle","r":1,"w":2}`, `{"type":"X"}`, `{"r":1}`, `{"type":"Dot","r":1}`},
	},
	{name: "union in a field", typ: tStruct(field("u", tRef("Shape")), omitEmpty(field("v", tRef("Shape")))), decls: shapeDecls(""), accept: []string{`{"u":null}`, `{"u":{"type":"Dot"},"v":{"type":"Dot"}}`}, reject: []string{`{}`, `{"u":null,"v":null}`}},
	{
		name: "generic", typ: tRef("Page", tPtr(tSlice(tString))), decls: []*ir.Decl{generic(structDecl("Page", field("items", tSlice(tParam("T"))), field("next", tPtr(tRef("Page", tParam("T"))))), "T")},
		accept: []string{`{"items":null,"next":null}`, `{"items":[null,["a"]],"next":{"items":[],"next":null}}`}, reject: []string{`{"items":["a"],"next":null}`, `{"items":[]}`},
	},
	{name: "recursion", typ: tRef("Tree"), decls: []*ir.Decl{decl("Tree", tMap(tString, tRef("Tree")))}, accept: []string{`{"a":{"b":null}}`}, reject: []string{`{"a":1}`}},
	{name: "recursive slice", typ: tRef("List"), decls: []*ir.Decl{decl("List", tSlice(tRef("List")))}, accept: []string{`[[],[null,[]]]`, `null`}, reject: []string{`[1]`}},
	{name: "nothing but pointers", typ: tRef("Knot"), decls: []*ir.Decl{decl("Knot", tPtr(tRef("Knot")))}, accept: []string{`null`}, reject: []string{`{}`, `1`}},
	{name: "circle of pointers", typ: tPtr(tRef("A")), decls: []*ir.Decl{decl("A", tPtr(tRef("B"))), decl("B", tRef("A"))}, accept: []string{`null`}, reject: []string{`"1"`}},
	{name: "stated", typ: tSlice(tCustom("'a' | 1")), accept: []string{`["a",1]`, `null`}, reject: []string{`["b"]`, `"a"`}},
	{name: "stated by the name of a type", typ: tSlice(tCustom("{ of: Status }[]")), decls: []*ir.Decl{statusDecl(), structDecl("Use", field("s", tRef("Status")))}, accept: []string{`[[{"of":"open"}]]`}},
	{name: "anything", typ: tStruct(field("a", tAny), field("r", tRaw)), accept: []string{`{"a":null,"r":[1]}`}, reject: []string{`{}`, `{"a":1}`}},
	{name: "integers as text", settings: "string", typ: tStruct(field("a", tInt64), field("b", tInt), field("c", tInt32)), accept: []string{`{"a":"9223372036854775807","b":"-1","c":5}`}, reject: []string{`{"a":1,"b":"1","c":5}`, `{"a":"1","b":"1","c":"5"}`, `{"a":"x","b":"1","c":5}`}},
	{name: "native", settings: "native", typ: tStruct(field("a", tInt64), field("t", tTime), field("b", tBytes)), accept: []string{`{"a":1n,"t":new Date(0),"b":null}`, `{"a":1n,"t":new Date(0),"b":new Uint8Array()}`}, reject: []string{`{"a":1,"t":new Date(0),"b":null}`, `{"a":1n,"t":"","b":null}`, `{"a":1n,"t":new Date(0),"b":""}`}},
}

func statusDecl() *ir.Decl {
	return enumDecl("Status", tString, ir.EnumClosed, `StatusOpen="open"`, `StatusShut="shut"`)
}

func levelDecl() *ir.Decl {
	return enumDecl("Level", tInt, ir.EnumClosed, `LevelInfo=0`, `LevelWarn=2`)
}

func shapeDecls(content string) []*ir.Decl {
	return []*ir.Decl{
		structDecl("Circle", field("r", tFloat64)), structDecl("Rect", field("w", tFloat64), field("h", tFloat64)), structDecl("Dot"),
		unionDecl("Shape", "type", content, "Circle", "Rect", "Dot"),
	}
}

// TestTypesAreTrue asks the compiler about wire forms built by hand, one folder of modules for
// each kind of settings. The corpus asks about those that the parser makes.
func TestTypesAreTrue(t *testing.T) {
	groups := map[string][]typeCase{}
	for _, c := range typeCases {
		groups[c.settings] = append(groups[c.settings], c)
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		t.Run(cmpOr(name, "default"), func(t *testing.T) {
			for _, batch := range independent(groups[name]) {
				checkBatch(t, name, batch)
			}
		})
	}
}

// independent spreads cases over as few models as their declarations allow: one name, one type.
func independent(cases []typeCase) [][]typeCase {
	var out [][]typeCase
	var used []map[string]bool
next:
	for _, c := range cases {
		for i := range out {
			if !slices.ContainsFunc(c.decls, func(d *ir.Decl) bool { return used[i][d.ID] }) {
				out[i] = append(out[i], c)
				for _, d := range c.decls {
					used[i][d.ID] = true
				}
				continue next
			}
		}
		out = append(out, []typeCase{c})
		used = append(used, map[string]bool{})
		for _, d := range c.decls {
			used[len(used)-1][d.ID] = true
		}
	}
	return out
}

func checkBatch(t *testing.T, settings string, cases []typeCase) {
	t.Helper()
	var decls []*ir.Decl
	var events []*ir.Event
	var samples []oracle.Sample
	for _, c := range cases {
		decls = append(decls, c.decls...)
		e := eventOf("case", c.typ)
		e.Name = c.name
		e.Go = "Case" + descriptorStem(c.name)
		events = append(events, e)
		samples = append(samples, oracle.Sample{Event: c.name, Documents: c.accept, Never: c.reject})
		// A declaration that only stated TypeScript names is reached through an event of its own.
		for _, d := range c.decls {
			if len(d.Params) == 0 {
				extra := eventOf("decl", tRef(d.ID))
				extra.Name, extra.Go = c.name+" "+d.Go.Name, e.Go+d.Go.Name
				events = append(events, extra)
			}
		}
	}
	m := model(decls, events...)
	if settings != "" {
		m.Settings = allSettings[settings]
	}
	oracle.Check(t, generate(t, m, Options{Runtime: RuntimePackage}), samples)
}

func descriptorStem(name string) string { return naming.Pascal(name) }

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

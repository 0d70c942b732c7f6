package ir

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
)

func ref(id string, args ...*Type) *Type { return &Type{Kind: KindRef, Ref: id, Args: args} }
func ptr(t *Type) *Type                  { return &Type{Kind: KindPtr, Elem: t} }
func slice(t *Type) *Type                { return &Type{Kind: KindSlice, Elem: t} }
func object(fields ...*Field) *Type      { return &Type{Kind: KindStruct, Fields: fields} }
func field(name string, t *Type) *Field {
	return &Field{Name: name, Type: t, Path: []Step{{Name: name}}}
}

func optional(f *Field) *Field {
	f.Optional, f.OmitEmpty = true, true
	return f
}

func structDecl(id string, fields ...*Field) *Decl {
	return &Decl{ID: id, Go: GoName{Path: "example.com/a", Pkg: "a", Name: id}, Type: object(fields...)}
}

var (
	str = &Type{Kind: KindString}
	i32 = &Type{Kind: KindInt, Bits: 32}
	i64 = &Type{Kind: KindInt, Bits: 64}
)

// sample is an event whose payload uses every kind of type once.
func sample() (*Package, *Event) {
	p := &Package{
		Path: "example.com/a", Name: "a",
		Decls: []*Decl{
			structDecl("Order",
				field("id", str),
				field("count", i64),
				field("small", i32),
				field("ratio", &Type{Kind: KindFloat, Bits: 64}),
				field("done", &Type{Kind: KindBool}),
				field("lines", slice(ref("Line"))),
				optional(field("note", ptr(str))),
				optional(field("tags", slice(str))),
				field("by", &Type{Kind: KindMap, Key: str, Elem: ref("Line")}),
				field("pair", &Type{Kind: KindArray, Len: 2, Elem: i32}),
				field("raw", &Type{Kind: KindBytes}),
				field("any", &Type{Kind: KindAny}),
				field("at", &Type{Kind: KindTime}),
				field("addr", &Type{Kind: KindText}),
				field("money", &Type{Kind: KindCustom, TS: "{ amount: string }"}),
				field("state", ref("State")),
				field("level", ref("Level")),
				field("mood", ref("Mood")),
				field("bits", ref("Bits")),
				field("what", ref("What")),
				field("tree", ref("Tree")),
				field("page", ref("Page", ref("Line"))),
			),
			structDecl("Line", field("sku", str), field("n", i32)),
			structDecl("Tree", field("value", i32), field("left", ptr(ref("Tree"))), field("right", ptr(ref("Tree")))),
			{ID: "Page", Go: GoName{Name: "Page"}, Params: []*Param{{Name: "T"}},
				Type: object(field("items", slice(&Type{Kind: KindParam, Param: "T"})), optional(field("next", ptr(ref("Page", &Type{Kind: KindParam, Param: "T"})))))},
			{ID: "State", Type: str, Enum: &Enum{Mode: EnumClosed, Members: []*Member{{Name: "Open", Value: `"open"`}, {Name: "Shut", Value: `"shut"`}}}},
			{ID: "Level", Type: i64, Enum: &Enum{Mode: EnumClosed, Members: []*Member{{Name: "Low", Value: "0"}, {Name: "High", Value: "1"}}}},
			{ID: "Mood", Type: str, Enum: &Enum{Mode: EnumOpen, Members: []*Member{{Name: "Good", Value: `"good"`}}}},
			{ID: "Bits", Type: i32, Enum: &Enum{Mode: EnumFlags, Members: []*Member{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}}},
			{ID: "What", Union: &Union{Tag: "type", Content: "data", Variants: []*Variant{{Name: "Line", Type: ref("Line")}, {Name: "Tree", Type: ref("Tree")}}}},
		},
	}
	e := &Event{
		Name: "order:placed", Go: "OrderPlaced", Decl: "Order", Payload: ref("Order"),
		From: FromServer, To: ToAny, Slow: SlowResume,
		Key: &Key{Field: "ID", Path: []string{"ID"}, JSON: []string{"id"}, Type: str}, Keys: 4096,
	}
	p.Events = []*Event{e}
	return p, e
}

func (p *Package) fieldOf(t *testing.T, decl, name string) *Field {
	t.Helper()
	for _, f := range p.Decl(decl).Type.Fields {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("%s has no field %s", decl, name)
	return nil
}

// A change of these values makes every page stale that is open during an upgrade: it is a
// decision, not a side effect.
func TestContractIsPinned(t *testing.T) {
	p, e := sample()
	for _, c := range []struct {
		settings Settings
		want     string
	}{
		{DefaultSettings(), "717c8fe1"},
		{Settings{Nil: NilEmpty, Int64: Int64String, Time: TimeString, Bytes: BytesBase64}, "f99f0ba1"},
	} {
		if got := Contract(p, e, c.settings); got != c.want {
			t.Errorf("%+v: %s, want %s\n%s", c.settings, got, c.want, textOf(NewForms(p, c.settings), e))
		}
	}
}

type change struct {
	name string
	do   func(t *testing.T, p *Package, e *Event, s *Settings)
}

func contractsAround(t *testing.T, c change) (before, after string) {
	t.Helper()
	p, e := sample()
	s := DefaultSettings()
	before = Contract(p, e, s)
	c.do(t, p, e, &s)
	return before, Contract(p, e, s)
}

func TestContractKept(t *testing.T) {
	for _, c := range []change{
		{"documentation", func(t *testing.T, p *Package, e *Event, _ *Settings) {
			e.Doc = Doc{Text: "New text.", Deprecated: "soon"}
			p.Decl("Order").Doc.Text = "Other."
			p.fieldOf(t, "Order", "id").Doc.Text = "The id."
			p.Decl("State").Enum.Members[0].Doc.Text = "It is open."
		}},
		{"positions", func(t *testing.T, p *Package, e *Event, _ *Settings) {
			e.Pos = diag.Pos{File: "/elsewhere/x.go", Line: 7}
			p.fieldOf(t, "Order", "id").Pos = diag.Pos{File: "/elsewhere/x.go", Line: 9}
		}},
		{"Go names of the event", func(_ *testing.T, _ *Package, e *Event, _ *Settings) {
			e.Go, e.Decl, e.Const = "Placed", "Placed", true
		}},
		{"Go names of fields and their promotion", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.fieldOf(t, "Order", "id").Path = []Step{{Name: "Base"}, {Name: "ID"}}
		}},
		{"Go name of a type", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decl("Line").Go.Name = "OrderLine"
		}},
		{"package path", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Path, p.Name = "example.com/b", "b" }},
		{"order of fields", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			f := p.Decl("Order").Type.Fields
			f[0], f[1] = f[1], f[0]
		}},
		{"order of enum members", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			for _, id := range []string{"State", "Level", "Bits"} {
				m := p.Decl(id).Enum.Members
				m[0], m[1] = m[1], m[0]
			}
		}},
		{"order of variants", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			v := p.Decl("What").Union.Variants
			v[0], v[1] = v[1], v[0]
		}},
		{"order of declarations", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decls[0], p.Decls[1] = p.Decls[1], p.Decls[0]
		}},
		{"a declaration that nothing reaches", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decls = append(p.Decls, structDecl("Unused", field("x", str)))
		}},
		{"name of a string constant", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decl("State").Enum.Members[0].Name = "StateOpen"
		}},
		{"a known value of an open enum", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			m := p.Decl("Mood").Enum
			m.Members = append(m.Members, &Member{Name: "Bad", Value: `"bad"`})
		}},
		{"timings and capacities", func(_ *testing.T, _ *Package, e *Event, _ *Settings) {
			e.Throttle, e.Keys, e.Sticky, e.Slow, e.Max, e.Flushes = time.Second, 10, true, SlowLatest, 100, []string{"x"}
		}},
		{"was", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Was = "order:made" }},
		{"version 1", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Version = 1 }},
		{"accepted rules", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Allow = []Allow{{Rule: "x", Reason: "y"}} }},
		{"what only TypeScript sees", func(_ *testing.T, _ *Package, _ *Event, s *Settings) {
			s.Time, s.Bytes = TimeDate, BytesArray
		}},
		{"a struct written in place", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.fieldOf(t, "Order", "lines").Type = slice(p.Decl("Line").Type)
		}},
		{"a named string", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decls = append(p.Decls, &Decl{ID: "ID", Type: str})
			p.fieldOf(t, "Order", "id").Type = ref("ID")
		}},
		{"a generic type replaced by its instance", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decls = append(p.Decls, structDecl("LinePage", field("items", slice(ref("Line"))), optional(field("next", ptr(ref("LinePage"))))))
			p.fieldOf(t, "Order", "page").Type = ref("LinePage")
		}},
		{"a recursive type unrolled", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decls = append(p.Decls, structDecl("Root", field("value", i32), field("left", ptr(ref("Tree"))), field("right", ptr(ref("Root")))))
			p.fieldOf(t, "Order", "tree").Type = ref("Root")
		}},
		{"a second pointer", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.fieldOf(t, "Tree", "left").Type = ptr(ptr(ref("Tree")))
		}},
		{"the form of values that are not addressable, when it is the same", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			line := *p.Decl("Line")
			line.ID, line.Value = "Line~value", true
			p.Decls = append(p.Decls, &line)
			p.fieldOf(t, "Order", "by").Type.Elem = ref("Line~value")
		}},
	} {
		if before, after := contractsAround(t, c); before != after {
			t.Errorf("%s: the contract changed", c.name)
		}
	}
}

func TestContractChanged(t *testing.T) {
	retype := func(decl, name string, to *Type) func(*testing.T, *Package, *Event, *Settings) {
		return func(t *testing.T, p *Package, _ *Event, _ *Settings) { p.fieldOf(t, decl, name).Type = to }
	}
	seen := map[string]string{}
	for _, c := range []change{
		{"name", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Name = "order:made" }},
		{"from", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.From = FromBoth }},
		{"to", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.To = ToWindow }},
		{"relay", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Relay = true }},
		{"version", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Version = 2 }},
		{"batch", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Batch = 50 }},
		{"no key", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Key = nil }},
		{"another key", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Key.JSON = []string{"note"} }},
		{"type of the key", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Key.Type = i32 }},
		{"no payload", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Payload = nil }},
		{"payload behind a pointer", func(_ *testing.T, _ *Package, e *Event, _ *Settings) { e.Payload = ptr(e.Payload) }},
		{"nil setting", func(_ *testing.T, _ *Package, _ *Event, s *Settings) { s.Nil = NilEmpty }},
		{"int64 setting", func(_ *testing.T, _ *Package, _ *Event, s *Settings) { s.Int64 = Int64String }},
		{"field added", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decl("Line").Type.Fields = append(p.Decl("Line").Type.Fields, field("x", str))
		}},
		{"field removed", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			p.Decl("Line").Type.Fields = p.Decl("Line").Type.Fields[:1]
		}},
		{"field renamed", func(t *testing.T, p *Package, _ *Event, _ *Settings) { p.fieldOf(t, "Line", "sku").Name = "SKU" }},
		{"field optional", func(t *testing.T, p *Package, _ *Event, _ *Settings) { p.fieldOf(t, "Line", "sku").Optional = true }},
		{"field never null", func(t *testing.T, p *Package, _ *Event, _ *Settings) { optional(p.fieldOf(t, "Order", "lines")) }},
		{"field quoted", func(t *testing.T, p *Package, _ *Event, _ *Settings) { p.fieldOf(t, "Order", "small").Quoted = true }},
		{"field behind a pointer quoted", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			p.fieldOf(t, "Order", "note").Quoted = true
		}},
		{"omitempty lost", func(t *testing.T, p *Package, _ *Event, _ *Settings) {
			f := p.fieldOf(t, "Order", "tags")
			f.OmitEmpty, f.Optional = false, false
		}},
		{"kind", retype("Line", "sku", i32)},
		{"width", retype("Line", "n", &Type{Kind: KindInt, Bits: 16})},
		{"sign", retype("Line", "n", &Type{Kind: KindUint, Bits: 32})},
		{"float", retype("Line", "n", &Type{Kind: KindFloat, Bits: 64})},
		{"pointer", retype("Line", "n", ptr(i32))},
		{"slice", retype("Line", "n", slice(i32))},
		{"slice of pointers", retype("Order", "lines", slice(ptr(ref("Line"))))},
		{"length of an array", retype("Order", "pair", &Type{Kind: KindArray, Len: 3, Elem: i32})},
		{"element of an array", retype("Order", "pair", &Type{Kind: KindArray, Len: 2, Elem: str})},
		{"array to slice", retype("Order", "pair", slice(i32))},
		{"key of a map", retype("Order", "by", &Type{Kind: KindMap, Key: i32, Elem: ref("Line")})},
		{"element of a map", retype("Order", "by", &Type{Kind: KindMap, Key: str, Elem: ref("Tree")})},
		{"bytes to list", retype("Order", "raw", slice(i32))},
		{"any to string", retype("Order", "any", str)},
		{"time to text", retype("Order", "at", &Type{Kind: KindText})},
		{"text that can be nil", retype("Order", "addr", &Type{Kind: KindText, Marshal: &Marshal{Nilable: true}})},
		{"stated TypeScript", retype("Order", "money", &Type{Kind: KindCustom, TS: "string"})},
		{"no stated TypeScript", retype("Order", "money", &Type{Kind: KindCustom})},
		{"argument of a generic type", retype("Order", "page", ref("Page", ref("Tree")))},
		{"the recursion's target", retype("Tree", "right", ptr(ref("Line")))},
		{"the recursion ended", retype("Tree", "right", ptr(str))},
		{"enum value added", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			en := p.Decl("State").Enum
			en.Members = append(en.Members, &Member{Name: "Ajar", Value: `"ajar"`})
		}},
		{"enum value removed", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			en := p.Decl("State").Enum
			en.Members = en.Members[:1]
		}},
		{"enum opened", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Decl("State").Enum.Mode = EnumOpen }},
		{"open enum closed", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Decl("Mood").Enum.Mode = EnumClosed }},
		{"numbers swapped", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			m := p.Decl("Level").Enum.Members
			m[0].Value, m[1].Value = m[1].Value, m[0].Value
		}},
		{"flags renumbered", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			m := p.Decl("Bits").Enum.Members
			m[0].Value, m[1].Value = m[1].Value, m[0].Value
		}},
		{"base of an enum", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Decl("Level").Type = i32 }},
		{"variant added", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			u := p.Decl("What").Union
			u.Variants = append(u.Variants, &Variant{Name: "Order", Type: ref("Order")})
		}},
		{"variant removed", func(_ *testing.T, p *Package, _ *Event, _ *Settings) {
			u := p.Decl("What").Union
			u.Variants = u.Variants[:1]
		}},
		{"variant renamed", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Decl("What").Union.Variants[0].Name = "line" }},
		{"tag", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Decl("What").Union.Tag = "kind" }},
		{"internally tagged", func(_ *testing.T, p *Package, _ *Event, _ *Settings) { p.Decl("What").Union.Content = "" }},
	} {
		before, after := contractsAround(t, c)
		if before == after {
			t.Errorf("%s: the contract stayed", c.name)
		}
		if other, ok := seen[after]; ok {
			t.Errorf("%s and %s give the same contract", c.name, other)
		}
		seen[after] = c.name
	}
}

// A setting concerns only the events whose wire form it touches.
func TestContractOfSettings(t *testing.T) {
	p := &Package{}
	e := &Event{Name: "x", From: FromServer, To: ToAny, Payload: object(field("id", str), field("n", i32), optional(field("l", slice(str))))}
	want := Contract(p, e, DefaultSettings())
	if got := Contract(p, e, Settings{Nil: NilEmpty, Int64: Int64String}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	e.Payload.Fields[0] = field("id", i64)
	number := Contract(p, e, DefaultSettings())
	text, big := Contract(p, e, Settings{Int64: Int64String}), Contract(p, e, Settings{Int64: Int64BigInt})
	e.Payload.Fields[0].Quoted = true
	quoted := Contract(p, e, DefaultSettings())
	if number == text || text != big || text != quoted {
		t.Errorf("number %s, string %s, bigint %s, ,string %s: the last three are one wire form", number, text, big, quoted)
	}
}

// Self-reference in every way Go allows ends, and tells types apart.
func TestContractOfRecursion(t *testing.T) {
	of := func(payload *Type, decls ...*Decl) string {
		e := &Event{Name: "x", Payload: payload}
		return textOf(NewForms(&Package{Decls: decls}, DefaultSettings()), e)
	}
	param := &Type{Kind: KindParam, Param: "T"}
	texts := map[string]string{
		"pointer to itself": of(ref("P"), &Decl{ID: "P", Type: ptr(ref("P"))}),
		"list of itself":    of(ref("L"), &Decl{ID: "L", Type: slice(ref("L"))}),
		"list of lists":     of(ref("L"), &Decl{ID: "L", Type: slice(slice(str))}),
		"mutual":            of(ref("A"), structDecl("A", field("b", ptr(ref("B")))), structDecl("B", field("a", ptr(ref("A"))))),
		"alternating": of(ref("G", str, i32), &Decl{ID: "G", Params: []*Param{{Name: "T"}, {Name: "U"}}, Type: object(
			field("v", param), field("n", ptr(ref("G", &Type{Kind: KindParam, Param: "U"}, param))))}),
		"constant": of(ref("G", str), &Decl{ID: "G", Params: []*Param{{Name: "T"}}, Type: object(
			field("v", param), field("n", ptr(ref("G", slice(str)))))}),
		"union": of(ref("U"), &Decl{ID: "U", Union: &Union{Tag: "t", Variants: []*Variant{{Name: "A", Type: ref("A")}}}}, structDecl("A", field("u", ref("U")))),
	}
	if got, want := texts["mutual"], of(ref("C"), structDecl("C", field("b", ptr(ref("D")))), structDecl("D", field("a", ptr(ref("C"))))); got != want {
		t.Errorf("renaming mutually recursive types: %s, want %s", got, want)
	}
	seen := map[string]string{}
	for name, text := range texts {
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s have one text: %s", name, other, text)
		}
		seen[text] = name
	}
	// Unbounded growth, which Go refuses, ends all the same.
	of(ref("G", str), &Decl{ID: "G", Params: []*Param{{Name: "T"}}, Type: object(field("n", ptr(ref("G", slice(param)))))})
}

// A lock file holds the model: what comes back from JSON has the same contract.
func TestContractSurvivesJSON(t *testing.T) {
	p, e := sample()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Package
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if got, want := Contract(&back, back.Events[0], DefaultSettings()), Contract(p, e, DefaultSettings()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func BenchmarkContract(b *testing.B) {
	p, e := sample()
	for b.Loop() {
		Contract(p, e, DefaultSettings())
	}
}

// What a backend refuses concerns only the events that windows emit.
func TestContractOfUnknownProperties(t *testing.T) {
	for _, c := range []struct {
		from    Direction
		changes bool
	}{{FromServer, false}, {FromClient, true}, {FromBoth, true}} {
		e := &Event{Name: "x", From: c.from, To: ToAny, Payload: object(field("id", str))}
		refuse := DefaultSettings()
		refuse.RefuseUnknown = true
		if changed := Contract(&Package{}, e, DefaultSettings()) != Contract(&Package{}, e, refuse); changed != c.changes {
			t.Errorf("from=%s: changed %t", c.from, changed)
		}
	}
}

func textOf(forms *Forms, e *Event) string { return contractText(forms, e, cover(forms, e)) }

package compat_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/eventgen/eventgen/internal/compat"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// delivery holds the rules about which payloads arrive, and when. What a payload looks like stays
// as it was, and so does the fingerprint.
var delivery = map[diag.Code]bool{
	diag.CoalescingAdded: true, diag.StickyRemoved: true, diag.ReplayLowered: true, diag.SlowWeakened: true,
	diag.FlushRemoved: true, diag.KeysLowered: true, diag.MaxLowered: true, diag.ValidationAdded: true,
}

// fingerprints checks that each event which a finding breaks on the wire has another fingerprint
// than before, so that pages which were built before are told.
func fingerprints(t *testing.T, before, after *ir.Model, findings []compat.Finding) {
	t.Helper()
	was, is := contracts(before), contracts(after)
	for _, f := range findings {
		if !slices.Contains(f.Levels, compat.Wire) || delivery[f.Rule] {
			continue
		}
		for _, event := range f.Events {
			if old, ok := was[event]; ok && old == is[event] {
				t.Errorf("the fingerprint of %s is %s before and after, but: %s: %s", event, old, f.Rule, f.Message)
			}
		}
	}
}

func contracts(m *ir.Model) map[string]string {
	out := map[string]string{}
	for _, p := range m.Packages {
		for _, e := range p.Events {
			out[e.Name] = ir.Contract(p, e, m.Settings)
		}
	}
	return out
}

// Whatever is changed in a model: what breaks somebody on the wire changes the fingerprint, and
// what is not changed breaks nobody.
func TestFingerprintsTellBreaks(t *testing.T) {
	found := map[diag.Code]int{}
	for seed := range uint64(3000) {
		r := planter{rand.New(rand.NewPCG(seed, 4))}
		before := r.model()
		after := clone(t, before)
		if same, _ := compat.Compare(before, after); len(same) > 0 {
			t.Fatalf("seed %d: no change is reported:\n%s", seed, text(same))
		}
		planted := ""
		for range 1 + r.IntN(3) {
			planted += r.plant(after) + "; "
		}
		findings, _ := compat.Compare(before, after)
		for _, f := range findings {
			found[f.Rule]++
		}
		fingerprints(t, before, after, findings)
		if again, _ := compat.Compare(before, after); text(again) != text(findings) {
			t.Errorf("seed %d: one comparison, two results", seed)
		}
		if t.Failed() {
			t.Fatalf("seed %d: planted %s", seed, planted)
		}
	}
	for _, rule := range []diag.Code{
		diag.FieldRemoved, diag.FieldRequiredAdded, diag.FieldNowOptional, diag.FieldNowRequired, diag.NullAdded, diag.NullRemoved,
		diag.TypeChanged, diag.NumberWidened, diag.NumberNarrowed, diag.FormatChanged, diag.LengthChanged, diag.MapKeyChanged,
		diag.EnumValueAdded, diag.EnumValueRemoved, diag.EnumValueChanged, diag.EnumOpened, diag.EnumClosed,
		diag.VariantAdded, diag.VariantRemoved, diag.VariantRenamed, diag.UnionTagChanged, diag.AudienceNarrowed,
		diag.ListenRemoved, diag.EmitRemoved, diag.RelayRemoved, diag.SettingChanged, diag.PayloadRemoved, diag.PayloadAdded,
	} {
		if found[rule] == 0 {
			t.Errorf("no planted change broke %s", rule)
		}
	}
}

func clone(t *testing.T, m *ir.Model) *ir.Model {
	t.Helper()
	src, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	out := &ir.Model{}
	if err := json.Unmarshal(src, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// planter makes models, and plants changes in them.
type planter struct{ *rand.Rand }

func pick[T any](r planter, from ...T) T { return from[r.IntN(len(from))] }

// model has one event and declarations of every kind.
func (r planter) model() *ir.Model {
	p := &ir.Package{Path: "example.test/app", Name: "app"}
	name := func(n string) ir.GoName { return ir.GoName{Path: p.Path, Pkg: p.Name, Name: n} }
	for i := range 3 {
		n := fmt.Sprintf("S%d", i)
		p.Decls = append(p.Decls, &ir.Decl{ID: p.Path + "." + n, Go: name(n), Type: r.object()})
	}
	text, number := &ir.Type{Kind: ir.KindString}, &ir.Type{Kind: ir.KindInt, Bits: 32}
	p.Decls = append(p.Decls,
		&ir.Decl{ID: p.Path + ".Text", Go: name("Text"), Type: text, Enum: r.enum("A", `"a"`, "B", `"b"`, "C", `"c"`)},
		&ir.Decl{ID: p.Path + ".Number", Go: name("Number"), Type: number, Enum: r.enum("X", "1", "Y", "2", "Z", "3")},
		&ir.Decl{ID: p.Path + ".Union", Go: name("Union"), Union: &ir.Union{Tag: "type", Content: "data", Variants: []*ir.Variant{
			{Name: "S0", Type: &ir.Type{Kind: ir.KindRef, Ref: p.Path + ".S0"}},
			{Name: "S1", Type: &ir.Type{Kind: ir.KindRef, Ref: p.Path + ".S1"}},
		}}},
	)
	e := &ir.Event{Name: "app:event", Go: "Event", Decl: "S0", From: pick(r, ir.FromServer, ir.FromClient, ir.FromBoth), To: ir.ToAny, Slow: ir.SlowResume}
	e.Relay = e.From.Client() && r.IntN(2) == 0
	if r.IntN(8) > 0 {
		e.Payload = &ir.Type{Kind: ir.KindRef, Ref: p.Path + ".S0"}
	}
	p.Events = []*ir.Event{e}
	return &ir.Model{Settings: ir.DefaultSettings(), Packages: []*ir.Package{p}}
}

func (r planter) enum(members ...string) *ir.Enum {
	e := &ir.Enum{Mode: pick(r, ir.EnumClosed, ir.EnumOpen)}
	for i := 0; i < len(members); i += 2 {
		e.Members = append(e.Members, &ir.Member{Name: members[i], Value: members[i+1]})
	}
	return e
}

func (r planter) object() *ir.Type {
	t := &ir.Type{Kind: ir.KindStruct}
	for i := range 1 + r.IntN(4) {
		t.Fields = append(t.Fields, r.field(fmt.Sprintf("f%d", i), 3))
	}
	return t
}

func (r planter) field(name string, depth int) *ir.Field {
	f := &ir.Field{Name: name, Type: r.typ(depth), Path: []ir.Step{{Name: "F" + name}}}
	f.OmitEmpty = r.IntN(3) == 0
	f.Optional = f.OmitEmpty
	return f
}

func (r planter) typ(depth int) *ir.Type {
	if depth > 0 {
		switch r.IntN(8) {
		case 0:
			return &ir.Type{Kind: ir.KindSlice, Elem: r.typ(depth - 1)}
		case 1:
			return &ir.Type{Kind: ir.KindArray, Len: 1 + r.IntN(3), Elem: r.typ(depth - 1)}
		case 2:
			key := pick(r, ir.Type{Kind: ir.KindString}, ir.Type{Kind: ir.KindInt, Bits: 32}, ir.Type{Kind: ir.KindUint, Bits: 8})
			return &ir.Type{Kind: ir.KindMap, Key: &key, Elem: r.typ(depth - 1)}
		case 3:
			return &ir.Type{Kind: ir.KindPtr, Elem: r.typ(depth - 1)}
		case 4:
			return &ir.Type{Kind: ir.KindRef, Ref: "example.test/app." + pick(r, "S1", "S2", "Text", "Number", "Union")}
		}
	}
	switch r.IntN(8) {
	case 0:
		return &ir.Type{Kind: ir.KindBool}
	case 1:
		return &ir.Type{Kind: ir.KindInt, Bits: pick(r, 8, 16, 32, 64)}
	case 2:
		return &ir.Type{Kind: ir.KindUint, Bits: pick(r, 8, 16, 32, 64)}
	case 3:
		return &ir.Type{Kind: ir.KindFloat, Bits: pick(r, 32, 64)}
	case 4:
		return &ir.Type{Kind: ir.KindTime}
	case 5:
		return &ir.Type{Kind: ir.KindBytes, Elem: &ir.Type{Kind: ir.KindUint, Bits: 8}}
	case 6:
		return &ir.Type{Kind: ir.KindAny}
	}
	return &ir.Type{Kind: ir.KindString}
}

// plant changes one thing and says what.
func (r planter) plant(m *ir.Model) string {
	p := m.Packages[0]
	e := p.Events[0]
	d := p.Decls[r.IntN(len(p.Decls))]
	switch r.IntN(14) {
	case 0:
		e.From, e.Relay = pick(r, ir.FromServer, ir.FromClient, ir.FromBoth), false
		return "direction"
	case 1:
		if e.From.Server() {
			e.To = pick(r, ir.ToAny, ir.ToWindow, ir.ToGroup)
		}
		return "audience"
	case 2:
		e.Relay = e.From.Client() && !e.Relay
		return "relay"
	case 3:
		switch r.IntN(4) {
		case 0:
			m.Settings.Nil = ir.NilEmpty
		case 1:
			m.Settings.Int64 = pick(r, ir.Int64String, ir.Int64BigInt)
		case 2:
			m.Settings.Time = ir.TimeDate
		default:
			m.Settings.Bytes = ir.BytesArray
		}
		return "settings"
	case 4:
		if e.Payload = nil; r.IntN(2) == 0 {
			e.Payload = &ir.Type{Kind: ir.KindRef, Ref: p.Path + ".S0"}
		}
		return "payload"
	}
	switch {
	case d.Enum != nil:
		return r.plantEnum(d.Enum)
	case d.Union != nil:
		return r.plantUnion(d.Union)
	}
	return r.plantField(d.Type)
}

func (r planter) plantEnum(e *ir.Enum) string {
	i := r.IntN(len(e.Members))
	switch r.IntN(4) {
	case 0:
		e.Mode = pick(r, ir.EnumClosed, ir.EnumOpen)
		return "mode of an enum"
	case 1:
		if len(e.Members) > 1 {
			e.Members = slices.Delete(e.Members, i, i+1)
		}
		return "a constant less"
	case 2:
		value := "9"
		if e.Members[0].Value[0] == '"' {
			value = `"z"`
		}
		if e.Members[len(e.Members)-1].Value != value {
			e.Members = append(e.Members, &ir.Member{Name: "New", Value: value})
		}
		return "a constant more"
	}
	value := "7"
	if e.Members[i].Value[0] == '"' {
		value = `"q"`
		if e.Mode == ir.EnumOpen {
			return "nothing" // a finding, but the fingerprint leaves out what an open enum knows
		}
	}
	if !slices.ContainsFunc(e.Members, func(m *ir.Member) bool { return m.Value == value }) {
		e.Members[i].Value = value
	}
	return "another value"
}

func (r planter) plantUnion(u *ir.Union) string {
	i := r.IntN(len(u.Variants))
	switch r.IntN(4) {
	case 0:
		u.Tag, u.Content = pick(r, "type", "kind"), pick(r, "", "data", "content")
		return "tagging"
	case 1:
		if len(u.Variants) > 1 {
			u.Variants = slices.Delete(u.Variants, i, i+1)
		}
		return "a variant less"
	case 2:
		if !slices.ContainsFunc(u.Variants, func(v *ir.Variant) bool { return v.Name == "S2" }) {
			u.Variants = append(u.Variants, &ir.Variant{Name: "S2", Type: &ir.Type{Kind: ir.KindRef, Ref: "example.test/app.S2"}})
		}
		return "a variant more"
	}
	u.Variants[i].Name += "x"
	return "a variant's name"
}

func (r planter) plantField(t *ir.Type) string {
	i := r.IntN(len(t.Fields))
	f := t.Fields[i]
	switch r.IntN(8) {
	case 0:
		if len(t.Fields) > 1 {
			t.Fields = slices.Delete(t.Fields, i, i+1)
		}
		return "a field less"
	case 1:
		if t.Fields[len(t.Fields)-1].Name != "new" {
			t.Fields = append(t.Fields, r.field("new", 1))
		}
		return "a field more"
	case 2:
		f.Optional = !f.Optional
		f.OmitEmpty = f.Optional
		return "optionality of a field"
	case 3:
		f.Name += "x"
		return "a field's name"
	case 4:
		f.Type = &ir.Type{Kind: ir.KindPtr, Elem: f.Type}
		return "a pointer"
	case 5:
		if f.Type.Kind == ir.KindPtr {
			f.Type = f.Type.Elem
		}
		return "no pointer"
	case 6:
		switch f.Type.Kind {
		case ir.KindInt, ir.KindUint:
			f.Type = &ir.Type{Kind: pick(r, ir.KindInt, ir.KindUint, ir.KindFloat), Bits: pick(r, 32, 64)}
		case ir.KindString, ir.KindTime:
			f.Type = &ir.Type{Kind: pick(r, ir.KindTime, ir.KindBytes, ir.KindString)}
		}
		return "another number or string"
	}
	f.Type = r.typ(2)
	return "a field's type"
}

package typescript

import (
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/ir"
)

// Short constructors, so that a test's model reads like the Go it stands for.

const testPath = "example.test/app"

var (
	tBool    = &ir.Type{Kind: ir.KindBool}
	tString  = &ir.Type{Kind: ir.KindString}
	tInt     = &ir.Type{Kind: ir.KindInt}
	tInt32   = &ir.Type{Kind: ir.KindInt, Bits: 32}
	tInt64   = &ir.Type{Kind: ir.KindInt, Bits: 64}
	tUint8   = &ir.Type{Kind: ir.KindUint, Bits: 8}
	tFloat64 = &ir.Type{Kind: ir.KindFloat, Bits: 64}
	tBytes   = &ir.Type{Kind: ir.KindBytes, Elem: tUint8}
	tTime    = &ir.Type{Kind: ir.KindTime, Go: &ir.GoName{Path: "time", Pkg: "time", Name: "Time"}}
	tText    = &ir.Type{Kind: ir.KindText}
	tAny     = &ir.Type{Kind: ir.KindAny}
	tRaw     = &ir.Type{Kind: ir.KindRaw}
	tNumber  = &ir.Type{Kind: ir.KindNumber}
)

func tRef(id string, args ...*ir.Type) *ir.Type {
	if !strings.Contains(id, ".") {
		id = testPath + "." + id
	}
	return &ir.Type{Kind: ir.KindRef, Ref: id, Args: args}
}
func tPtr(t *ir.Type) *ir.Type          { return &ir.Type{Kind: ir.KindPtr, Elem: t} }
func tSlice(t *ir.Type) *ir.Type        { return &ir.Type{Kind: ir.KindSlice, Elem: t} }
func tArray(n int, t *ir.Type) *ir.Type { return &ir.Type{Kind: ir.KindArray, Len: n, Elem: t} }
func tMap(k, v *ir.Type) *ir.Type       { return &ir.Type{Kind: ir.KindMap, Key: k, Elem: v} }
func tParam(name string) *ir.Type       { return &ir.Type{Kind: ir.KindParam, Param: name} }
func tCustom(ts string) *ir.Type        { return &ir.Type{Kind: ir.KindCustom, TS: ts} }
func tStruct(fields ...*ir.Field) *ir.Type {
	return &ir.Type{Kind: ir.KindStruct, Fields: fields}
}

func field(name string, t *ir.Type) *ir.Field {
	return &ir.Field{Name: name, Type: t, Path: []ir.Step{{Name: naming.UpperFirst(name)}}}
}

func omitEmpty(f *ir.Field) *ir.Field {
	f.OmitEmpty, f.Optional = true, true
	return f
}

func quoted(f *ir.Field) *ir.Field {
	f.Quoted = true
	return f
}

func documented(f *ir.Field, text string) *ir.Field {
	f.Doc.Text = text
	return f
}

// decl declares a type of package app, or of the package at a path in front of the name's dot.
func decl(name string, t *ir.Type) *ir.Decl {
	path := testPath
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		path, name = name[:dot], name[dot+1:]
	}
	return &ir.Decl{
		ID:       path + "." + name,
		Go:       ir.GoName{Path: path, Pkg: path[strings.LastIndexByte(path, '/')+1:], Name: name},
		Type:     t,
		Exported: true,
	}
}

func structDecl(name string, fields ...*ir.Field) *ir.Decl { return decl(name, tStruct(fields...)) }

func generic(d *ir.Decl, params ...string) *ir.Decl {
	for _, p := range params {
		d.Params = append(d.Params, &ir.Param{Name: p})
	}
	return d
}

func enumDecl(name string, base *ir.Type, mode ir.EnumMode, members ...string) *ir.Decl {
	d := decl(name, base)
	d.Enum = &ir.Enum{Mode: mode}
	for _, m := range members {
		memberName, value, _ := strings.Cut(m, "=")
		d.Enum.Members = append(d.Enum.Members, &ir.Member{Name: memberName, Value: value})
	}
	return d
}

func unionDecl(name, tag, content string, variants ...string) *ir.Decl {
	d := decl(name, nil)
	d.Union = &ir.Union{Tag: tag, Content: content}
	for _, v := range variants {
		d.Union.Variants = append(d.Union.Variants, &ir.Variant{Name: v, Type: tRef(v)})
	}
	return d
}

func eventOf(name string, payload *ir.Type) *ir.Event {
	stem := ""
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == ':' || r == '-' }) {
		stem += naming.UpperFirst(word)
	}
	return &ir.Event{
		Name: name, Go: stem, Payload: payload, From: ir.FromServer, To: ir.ToAny, Slow: ir.SlowResume,
		Pos: diag.Pos{File: "app.go", Line: 3, Column: 1},
	}
}

func fromClient(e *ir.Event) *ir.Event {
	e.From = ir.FromClient
	return e
}

func keyed(e *ir.Event, t *ir.Type, path ...string) *ir.Event {
	e.Key = &ir.Key{Field: naming.UpperFirst(path[0]), JSON: path, Path: path, Type: t}
	e.Keys = 4096
	return e
}

func model(decls []*ir.Decl, events ...*ir.Event) *ir.Model {
	return &ir.Model{
		Settings: ir.DefaultSettings(),
		Packages: []*ir.Package{{Path: testPath, Name: "app", Events: events, Decls: decls}},
	}
}

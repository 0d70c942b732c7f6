package golang_test

import (
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/ir"
)

func str() *ir.Type { return &ir.Type{Kind: ir.KindString} }

// TestDocumentation puts documentation into comments that looks like comments itself.
func TestDocumentation(t *testing.T) {
	p := &ir.Package{
		Path: "example.com/app/download", Name: "download", Dir: "/x",
		Decls: []*ir.Decl{{ID: "example.com/app/download.Progress", Go: ir.GoName{Path: "example.com/app/download", Pkg: "download", Name: "Progress"},
			Type: &ir.Type{Kind: ir.KindStruct, Fields: []*ir.Field{{Name: "id", Type: str(), Path: []ir.Step{{Name: "ID"}}}}}}},
		Events: []*ir.Event{
			{Name: "download:progress", Go: "Progress", Decl: "Progress", Doc: ir.Doc{Text: "Progress is x.\n\n/* foo\n//go:build x", Deprecated: "use y"}, Payload: &ir.Type{Kind: ir.KindRef, Ref: "example.com/app/download.Progress"},
				From: ir.FromServer, To: ir.ToAny, Throttle: 100 * time.Millisecond, Key: &ir.Key{Field: "ID", Path: []string{"ID"}, JSON: []string{"id"}, Type: str()}, Keys: 4096, Slow: ir.SlowResume},
			{Name: "log", Go: "Log", Decl: "Log", Const: true, From: ir.FromBoth, To: ir.ToWindow, Batch: 5, Wait: time.Second, Slow: ir.SlowDrop, Flushes: []string{"a", "b"}},
		},
	}
	model := &ir.Model{Settings: ir.DefaultSettings(), Packages: []*ir.Package{p}}
	files, ds := golang.Generate(model, model.Contracts())
	for _, d := range ds {
		t.Error(d)
	}
	for _, f := range files {
		checkFormatted(t, f)
	}
}

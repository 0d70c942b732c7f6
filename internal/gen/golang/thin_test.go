package golang_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestBindingsAreOneCall holds that the generated code of the examples has no logic of its own: every binding
// returns one call on its descriptor.
func TestBindingsAreOneCall(t *testing.T) {
	files, err := filepath.Glob("../../../examples/*/*/events_gen.go")
	if err != nil || len(files) < 4 {
		t.Fatalf("the examples have the generated files %v (%v)", files, err)
	}
	for _, path := range files {
		bindings, faults := thick(t, path, nil)
		if bindings == 0 {
			t.Errorf("%s has no binding", path)
		}
		for _, fault := range faults {
			t.Error(fault)
		}
	}
}

func TestThickBindingsAreFound(t *testing.T) {
	for body, want := range map[string]bool{
		"return XEvent.Emit(ctx, b, payload)":                           true,
		"XEvent.Emit(ctx, b, payload)":                                  false,
		"return nil":                                                    false,
		"return XEvent.Emit(ctx, b, clean(payload))":                    false,
		"return XEvent.Emit(ctx, payload)":                              false,
		"return XEvent.At(b).Emit(ctx, b, payload)":                     false,
		"b.Lock(); return XEvent.Emit(ctx, b, payload)":                 false,
		"return func() error { return XEvent.Emit(ctx, b, payload) }()": false,
	} {
		source := "package p\nvar XEvent = eventbus.Define(eventdef.Definition[X]{})\n" +
			"func EmitX(ctx context.Context, b *eventbus.Bus, payload X) error {" + body + "}"
		if _, faults := thick(t, "p.go", source); (len(faults) == 0) != want {
			t.Errorf("%s: %v", body, faults)
		}
	}
	for _, source := range []string{
		"func init() {}", "func helper() int { return 1 }", "func (x X) Method() {}", "var x = func() {}",
		"var YEvent = eventbus.Define(eventdef.Definition[Y]{Key: func(p *Y) eventbus.Key { if p.A {}; return f(p) }})",
	} {
		if _, faults := thick(t, "p.go", "package p\n"+source); len(faults) == 0 {
			t.Errorf("%s: no fault", source)
		}
	}
}

// thick counts the bindings of a generated file, and says what in it is logic outside codecs. Codecs are what
// the generator calls append… and decode…, and what a definition has as Encode and Decode; a binding is every
// other function that is declared.
func thick(t *testing.T, path string, source any) (bindings int, faults []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	fault := func(at ast.Node, format string, args ...any) {
		faults = append(faults, set.Position(at.Pos()).String()+": "+fmt.Sprintf(format, args...))
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && (strings.HasPrefix(d.Name.Name, "append") || strings.HasPrefix(d.Name.Name, "decode")) {
				continue
			}
			bindings++
			if call := onlyCall(d.Body); d.Recv != nil || call == nil || !onDescriptor(call) || !handsOn(d.Type, call) {
				fault(d, "%s is more than one call on its descriptor", d.Name.Name)
			}
		case *ast.GenDecl:
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					field, _ := n.Key.(*ast.Ident)
					f, isFunc := n.Value.(*ast.FuncLit)
					if field == nil || !isFunc {
						return true
					}
					if field.Name == "Key" && onlyCall(f.Body) == nil {
						fault(n, "Key is more than one call")
					}
					return field.Name != "Key" && field.Name != "Encode" && field.Name != "Decode"
				case *ast.FuncLit:
					fault(n, "a function outside codecs and definitions")
				}
				return true
			})
		}
	}
	return bindings, faults
}

// onlyCall returns the call that is all a body returns, or nil.
func onlyCall(body *ast.BlockStmt) *ast.CallExpr {
	if len(body.List) != 1 {
		return nil
	}
	r, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(r.Results) != 1 {
		return nil
	}
	call, _ := r.Results[0].(*ast.CallExpr)
	return call
}

// onDescriptor reports whether the call is XEvent.Method(…).
func onDescriptor(call *ast.CallExpr) bool {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	descriptor, ok := s.X.(*ast.Ident)
	return ok && strings.HasSuffix(descriptor.Name, "Event")
}

// handsOn reports whether the call's arguments are the function's parameters, in their order.
func handsOn(f *ast.FuncType, call *ast.CallExpr) bool {
	var parameters []string
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			parameters = append(parameters, name.Name)
		}
	}
	if len(parameters) != len(call.Args) {
		return false
	}
	for i, arg := range call.Args {
		if name, ok := arg.(*ast.Ident); !ok || name.Name != parameters[i] {
			return false
		}
	}
	return true
}

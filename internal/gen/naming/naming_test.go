package naming

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/ir"
)

func TestWords(t *testing.T) {
	for s, want := range map[string]string{"": "�", "a": "A", "élan": "Élan", "Already": "Already", "x9": "X9", "_a": "_a"} {
		if got := UpperFirst(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{"go-github": "GoGithub", "a.b_c": "ABC", "v2": "V2", "": "", "--": ""} {
		if got := Pascal(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

// A name is qualified by its package, and then by its path from behind, without what says nothing new.
func TestQualifiers(t *testing.T) {
	for _, c := range []struct {
		path, pkg string
		want      string // at each level
	}{
		{"example.test/shop/order", "order", " Order ShopOrder ExampleTestShopOrder"},
		{"example.test/shop/v2", "shop", " Shop ShopShop ExampleTestShopShop"},
		{"example.test/go-shop", "shop", " Shop GoShopShop ExampleTestGoShopShop"},
		{"shop/order/shop", "shop", " Shop OrderShop ShopOrderShop"},
		{"example.test/shop", "", " Shop ExampleTestShop"},
		{"", "", ""},
	} {
		var got []string
		for level := 0; ; level++ {
			prefix, more := qualifier(ir.GoName{Path: c.path, Pkg: c.pkg}, level)
			got = append(got, prefix)
			if !more {
				if again, _ := qualifier(ir.GoName{Path: c.path, Pkg: c.pkg}, level+1); again != prefix {
					t.Errorf("%s: beyond its path a name is qualified by %s", c.path, again)
				}
				break
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s is qualified by %q, want %q", c.path, strings.Join(got, " "), c.want)
		}
	}
}

func declOf(path, name string, args ...*ir.Type) *ir.Decl {
	id := path + "." + name
	for _, a := range args {
		id += fmt.Sprintf("[%p]", a)
	}
	return &ir.Decl{ID: id, Go: ir.GoName{Path: path, Pkg: path[strings.LastIndexByte(path, '/')+1:], Name: name, Args: args}}
}

func TestTypes(t *testing.T) {
	kind := func(k ir.Kind, bits int) *ir.Type { return &ir.Type{Kind: k, Bits: bits} }
	str := kind(ir.KindString, 0)
	value := declOf("m/a", "Form")
	value.Value = true
	for _, c := range []struct {
		name  string
		decls []*ir.Decl
		want  string
	}{
		{"alone", []*ir.Decl{declOf("m/a", "Order")}, "Order"},
		{"lower case", []*ir.Decl{declOf("m/a", "order")}, "Order"},
		{"both cases in a package", []*ir.Decl{declOf("m/a", "order"), declOf("m/a", "Order")}, "order Order"},
		{"two packages", []*ir.Decl{declOf("m/a", "Order"), declOf("m/b", "Order"), declOf("m/b", "Other")}, "AOrder BOrder Other"},
		{"two packages of one name", []*ir.Decl{declOf("m/x/a", "Order"), declOf("m/y/a", "Order")}, "XAOrder YAOrder"},
		{"taken", []*ir.Decl{declOf("m/a", "Taken")}, "ATaken"},
		{"a value form", []*ir.Decl{value}, "FormValue"},
		{"instances", []*ir.Decl{
			declOf("m/a", "Box", str), declOf("m/a", "Box", kind(ir.KindInt, 0)), declOf("m/a", "Box", kind(ir.KindUint, 8)),
			declOf("m/a", "Box", &ir.Type{Kind: ir.KindPtr, Elem: str}), declOf("m/a", "Box", &ir.Type{Kind: ir.KindSlice, Elem: str}),
			declOf("m/a", "Box", &ir.Type{Kind: ir.KindArray, Elem: str, Len: 3}), declOf("m/a", "Box", &ir.Type{Kind: ir.KindMap, Key: str, Elem: kind(ir.KindBool, 0)}),
			declOf("m/a", "Box", &ir.Type{Kind: ir.KindParam, Param: "t"}), declOf("m/a", "Box", kind(ir.KindFloat, 32)),
			declOf("m/a", "Box", &ir.Type{Kind: ir.KindTime, Go: &ir.GoName{Path: "time", Pkg: "time", Name: "Time"}}),
			declOf("m/a", "Box", &ir.Type{Kind: ir.KindStruct, Go: &ir.GoName{Path: "m/b", Pkg: "b", Name: "pair", Args: []*ir.Type{str, str}}}),
			declOf("m/a", "Box", str, kind(ir.KindBool, 0)),
		}, "BoxString BoxInt BoxUint8 BoxStringPtr BoxStringSlice BoxStringArray3 BoxStringBoolMap BoxT BoxFloat32 BoxTime BoxPairStringString BoxStringBool"},
		{"instances of a declaration", []*ir.Decl{
			declOf("m/b", "Item"), declOf("m/a", "Box", &ir.Type{Kind: ir.KindRef, Ref: "m/b.Item", Args: []*ir.Type{str}}),
		}, "Item BoxItemString"},
	} {
		t.Run(c.name, func(t *testing.T) {
			names, collisions := Types(c.decls, func(s string) bool { return s == "string" }, func(s string) bool { return s == "Taken" })
			var got []string
			for _, d := range c.decls {
				got = append(got, names[d.ID])
			}
			if strings.Join(got, " ") != c.want || len(collisions) > 0 {
				t.Errorf("got %s, %v, want %s", got, collisions, c.want)
			}
		})
	}
}

func TestCollisions(t *testing.T) {
	no := func(string) bool { return false }
	// Nothing more can be said of either.
	a, b := declOf("m/a", "Order"), declOf("m/a", "order")
	b.ID, b.Go.Name = "m/a.order", "Order"
	_, collisions := Types([]*ir.Decl{a, b}, no, no)
	if len(collisions) != 1 || collisions[0].Name != "Order" || !slices.Equal(collisions[0].Decls, []*ir.Decl{a, b}) {
		t.Errorf("got %v", collisions)
	}
	// A reserved name cannot stay as it is written.
	_, collisions = Types([]*ir.Decl{declOf("m/a", "string"), declOf("m/a", "String")}, func(s string) bool { return s == "string" }, no)
	if len(collisions) != 1 || collisions[0].Name != "String" {
		t.Errorf("got %v", collisions)
	}
	// Whatever it is called, it is taken.
	_, collisions = Types([]*ir.Decl{a}, no, func(string) bool { return true })
	if len(collisions) != 1 || len(collisions[0].Decls) != 1 {
		t.Errorf("got %v", collisions)
	}
}

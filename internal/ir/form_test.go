package ir

import "testing"

func TestForms(t *testing.T) {
	param := &Type{Kind: KindParam, Param: "T"}
	p := &Package{Decls: []*Decl{
		{ID: "List", Type: slice(str)},
		{ID: "Ref", Type: ptr(ref("Struct"))},
		structDecl("Struct", field("ref", ref("Ref")), optional(field("list", ref("List")))),
		{ID: "Loop", Type: ptr(ref("Loop"))},
		{ID: "Box", Params: []*Param{{Name: "T"}}, Type: object(field("v", param))},
		{ID: "Level", Type: i64, Enum: &Enum{Mode: EnumClosed}},
		{ID: "Any", Union: &Union{Tag: "t", Variants: []*Variant{{Name: "S", Type: ref("Struct")}}}},
	}}
	opaque := object(field("n", i64), field("l", slice(str)))
	opaque.Opaque = true

	null, empty := NewForms(p, DefaultSettings()), NewForms(p, Settings{Nil: NilEmpty, Int64: Int64String})
	for _, c := range []struct {
		name string
		slot Slot
		want string
	}{
		{"named slice", null.Of(ref("List")), "null or slice(string)"},
		{"named slice, nil: empty", empty.Of(ref("List")), "slice(string)"},
		{"pointer to a named slice, nil: empty", empty.Of(ptr(ref("List"))), "null or slice(string)"},
		{"recursion through a named pointer", null.Of(ref("Struct")), `struct("list"?:slice(string) "ref":null or struct("list"?:#1 "ref":#2))`},
		{"pointer to itself", null.Of(ref("Loop")), "null or "},
		{"argument that can be null", null.Of(ref("Box", ptr(str))), `struct("v":null or string)`},
		{"argument that settings quote", empty.Of(ref("Box", i64)), `struct("v":quoted int64)`},
		{"enum that settings leave alone", empty.Of(ref("Level")), "enum closed int64 []"},
		{"union", null.Of(ref("Any")), `null or union "t" ""("S":struct("list"?:slice(string) "ref":null or struct("list"?:#2 "ref":#3)))`},
		{"subtree through encoding/json", empty.Of(opaque), `struct("l":null or slice(string) "n":int64)`},
		{"raw message", null.Of(ptr(&Type{Kind: KindRaw})), "any"},
		{"missing declaration", null.Of(ref("Gone")), "any"},
		{"missing argument", null.Of(ref("Box")), `struct("v":any)`},
	} {
		if got := c.slot.Shape(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	if a, b := null.Of(ref("Box", slice(str))), null.Of(ref("Box", slice(str))); a.Form != b.Form {
		t.Error("one instance has two forms")
	}
}

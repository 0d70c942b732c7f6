package lower

import (
	"go/types"

	"github.com/eventgen/eventgen/internal/ir"
)

// underOf returns what omitempty and omitzero look at in a field of type t, or nil where the wire
// form tells it or where only reflection can.
func (b *builder) underOf(t types.Type, wire *ir.Type) *ir.Under {
	if !wire.Opaque {
		switch wire.Kind {
		case ir.KindTime, ir.KindRaw, ir.KindText, ir.KindCustom, ir.KindStruct, ir.KindArray:
		case ir.KindRef:
			switch t.Underlying().(type) {
			case *types.Struct, *types.Array:
			default:
				if codecOf(t, true) == nil {
					return nil
				}
			}
		default:
			return nil
		}
	}
	u, ok := b.under(t)
	if !ok {
		return nil
	}
	return &u
}

// under is false for a type that depends on a type parameter, and for one that is neither
// comparable nor made of fields that the generated code can select.
func (b *builder) under(t types.Type) (ir.Under, bool) {
	if hasParams(t) {
		return ir.Under{}, false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			return ir.Under{Kind: ir.UnderBool}, true
		case info&types.IsString != 0:
			return ir.Under{Kind: ir.UnderString}, true
		case info&types.IsNumeric != 0:
			return ir.Under{Kind: ir.UnderNumber}, true
		}
		return ir.Under{Kind: ir.UnderNil}, u.Kind() == types.UnsafePointer
	case *types.Slice, *types.Map:
		return ir.Under{Kind: ir.UnderList}, true
	case *types.Pointer, *types.Interface, *types.Chan, *types.Signature:
		return ir.Under{Kind: ir.UnderNil}, true
	case *types.Array, *types.Struct:
		if types.Comparable(t) {
			return ir.Under{Kind: ir.UnderComparable}, true
		}
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return ir.Under{}, false
	}
	out := ir.Under{Kind: ir.UnderStruct}
	for f := range s.Fields() {
		if f.Name() == "_" {
			continue
		}
		part, ok := b.under(f.Type())
		if !ok || !b.canSelect(f) {
			return ir.Under{}, false
		}
		out.Parts = append(out.Parts, ir.UnderPart{Name: f.Name(), Under: part})
	}
	return out, true
}

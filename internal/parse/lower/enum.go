package lower

import (
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math/big"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// enumOf returns the enum that a basic type without marshaler is, or nil.
func (l *Lowerer) enumOf(t *types.Named, basic *types.Basic) *ir.Enum {
	if basic.Info()&(types.IsString|types.IsInteger) == 0 || t.TypeArgs().Len() > 0 || l.cfg.Consts == nil {
		return nil
	}
	consts := l.cfg.Consts(t.Obj())
	members := l.members(consts)
	if len(members) == 0 {
		return nil
	}
	mode := autoMode(consts, members, basic, l.isLocal(t.Obj()))
	if note := l.annotations(t.Obj()).Enum; note != nil {
		if note.Mode == ir.EnumFlags && basic.Info()&types.IsInteger == 0 {
			return nil // told by check
		}
		mode = note.Mode
	}
	if mode == "" {
		return nil
	}
	return &ir.Enum{Mode: mode, Members: members}
}

// members returns the first constant of each value. Blank ones have no name.
func (l *Lowerer) members(consts []Const) []*ir.Member {
	var out []*ir.Member
	seen := map[string]bool{}
	for _, c := range consts {
		value := constJSON(c.Obj.Val())
		if c.Obj.Name() == "_" || value == "" || seen[value] {
			continue
		}
		seen[value] = true
		out = append(out, &ir.Member{Name: c.Obj.Name(), Value: value, Doc: l.doc(c.Obj)})
	}
	return out
}

// constJSON returns a string or integer constant as JSON, or "".
func constJSON(v constant.Value) string {
	switch v.Kind() {
	case constant.String:
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if enc.Encode(constant.StringVal(v)) != nil {
			return ""
		}
		return strings.TrimSuffix(b.String(), "\n")
	case constant.Int:
		return v.ExactString()
	}
	return ""
}

// autoMode tells what a type with constants is that has no directive. One value alone is a
// name for it, not a set; a foreign package may know more values than its constants, and its
// numbers are often quantities (time.Duration).
func autoMode(consts []Const, members []*ir.Member, basic *types.Basic, local bool) ir.EnumMode {
	if len(members) < 2 {
		return ""
	}
	text := basic.Info()&types.IsString != 0
	switch {
	case !local && text:
		return ir.EnumOpen
	case !local:
		return ""
	case text:
		return ir.EnumClosed
	case isQuantity(consts):
		return ""
	case areFlags(consts, members):
		return ir.EnumFlags
	}
	return ir.EnumClosed
}

// areFlags reports whether constants are meant to be combined: one shifts by iota or combines
// others, or all of them are powers of two beyond what counting gives.
func areFlags(consts []Const, members []*ir.Member) bool {
	names := constNames(consts)
	for _, c := range consts {
		if anyBinary(c.Expr, func(e *ast.BinaryExpr) bool {
			return e.Op == token.SHL && mentionsName(e.Y, "iota") ||
				e.Op == token.OR && (mentionsAny(e.X, names) || mentionsAny(e.Y, names))
		}) {
			return true
		}
	}
	top := new(big.Int)
	for _, m := range members {
		v, ok := new(big.Int).SetString(m.Value, 10)
		if !ok || v.Sign() < 0 {
			return false
		}
		if v.Sign() == 0 {
			continue
		}
		if v.BitLen() != int(v.TrailingZeroBits())+1 {
			return false
		}
		if v.Cmp(top) > 0 {
			top = v
		}
	}
	return top.Cmp(big.NewInt(4)) >= 0
}

// isQuantity reports whether constants are units of a measure rather than names: one is a
// multiple or a fraction of another value (Minute = 60 * Second).
func isQuantity(consts []Const) bool {
	for _, c := range consts {
		if anyBinary(c.Expr, func(e *ast.BinaryExpr) bool {
			return (e.Op == token.MUL || e.Op == token.QUO) && !mentionsName(e, "iota") && mentionsConst(e)
		}) {
			return true
		}
	}
	return false
}

func constNames(consts []Const) map[string]bool {
	names := make(map[string]bool, len(consts))
	for _, c := range consts {
		names[c.Obj.Name()] = true
	}
	return names
}

func anyBinary(e ast.Expr, found func(*ast.BinaryExpr) bool) bool {
	return anyNode(e, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		return ok && found(b)
	})
}

func mentionsName(e ast.Expr, name string) bool {
	return mentionsAny(e, map[string]bool{name: true})
}

func mentionsAny(e ast.Expr, names map[string]bool) bool {
	return anyNode(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		return ok && names[id.Name]
	})
}

// mentionsConst reports whether e names anything, so that it is more than literals.
func mentionsConst(e ast.Expr) bool {
	return anyNode(e, func(n ast.Node) bool {
		_, ok := n.(*ast.Ident)
		return ok
	})
}

func anyNode(e ast.Expr, found func(ast.Node) bool) bool {
	if e == nil {
		return false
	}
	yes := false
	ast.Inspect(e, func(n ast.Node) bool {
		yes = yes || n != nil && found(n)
		return !yes
	})
	return yes
}

// isNarrow reports whether JavaScript can represent every value of an enum of integers.
func isNarrow(e *ir.Enum) bool {
	limit := new(big.Int).Lsh(big.NewInt(1), 53)
	all := new(big.Int)
	for _, m := range e.Members {
		v, ok := new(big.Int).SetString(m.Value, 10)
		if !ok {
			return false
		}
		if v.CmpAbs(limit) > 0 {
			return false
		}
		all.Or(all, v)
	}
	return e.Mode == ir.EnumClosed || e.Mode == ir.EnumFlags && all.CmpAbs(limit) <= 0
}

package typescript

import "strings"

// precedence orders type expressions by how tightly they bind.
type precedence int

// The precedences, loosest first.
const (
	precUnion        precedence = iota // A | B, and text nobody has parsed
	precIntersection                   // A & B
	precPrimary                        // names, literals, objects, tuples, arrays
)

// expr is a TypeScript type expression. null is kept apart from the rest, so that it is written
// once and can be left off.
type expr struct {
	text string
	prec precedence
	null bool // also null
	// top marks unknown, which null adds nothing to.
	top bool
}

func primary(text string) expr { return expr{text: text, prec: precPrimary} }

func union(members ...string) expr {
	if len(members) == 1 {
		return primary(members[0])
	}
	return expr{text: strings.Join(members, " | "), prec: precUnion}
}

var unknownExpr = expr{text: "unknown", prec: precPrimary, top: true}

// orNull is e or null.
func (e expr) orNull() expr {
	e.null = !e.top
	return e
}

// full is e with the null written out.
func (e expr) full() expr {
	if e.null {
		return expr{text: e.text + " | null", prec: precUnion}
	}
	return e
}

// String is the whole expression.
func (e expr) String() string { return e.full().text }

// within is the expression as an operand of something that binds as tightly as prec.
func (e expr) within(prec precedence) string {
	f := e.full()
	if f.prec < prec {
		return "(" + f.text + ")"
	}
	return f.text
}

// arrayOf is a T[].
func (e expr) arrayOf() expr { return primary(e.within(precPrimary) + "[]") }

// indent shifts every line of text but the first.
func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n  ") }

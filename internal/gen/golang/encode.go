package golang

import "strconv"

// An encoder writes the statements of one encoding function: they append the wire form of a value
// to the buffer dst. Constant text is held back and merged, so that it costs few calls.
type encoder struct {
	*function
	dst, err string
	depth    string // the variable that counts the recursion; empty where there is none
	pending  string
	flushes  int        // how often text was appended that was held back
	path     []pathPart // of the value at hand, for errors
	needErr  bool       // the variable err is assigned to
	hoisted  []string   // declarations of variables that stand outside of loops
	// hoistedTo is by name the highest number behind it that a variable outside of loops has.
	hoistedTo map[string]int
	// leave is the statement that returns an error.
	leave func(err string) string
}

// A pathPart is one token of a JSON pointer: a constant name, or Go source of a name or an index.
type pathPart struct {
	name, nameExpr, index string
}

func newEncoder(g *pkg, s *source) *encoder {
	e := &encoder{function: newFunction(g, s), hoistedTo: map[string]int{}}
	e.dst, e.err = e.local("dst"), e.local("err")
	e.leave = func(err string) string { return "return " + e.dst + ", " + err }
	return e
}

// body writes the statements of the function, behind the declarations that they need.
func (e *encoder) body(head string, write func()) {
	e.block(head, func() {
		start := len(e.text)
		write()
		if e.needErr {
			e.hoisted = append(e.hoisted, "var "+e.err+" error")
		}
		e.insert(start, e.hoisted...)
	})
}

// hoist declares a variable outside of loops, where no other scope gives its name back.
func (e *encoder) hoist(name, typ string) string {
	free := e.localAfter(name, e.hoistedTo[name])
	e.hoistedTo[name] = e.last[name]
	e.hoisted = append(e.hoisted, "var "+free+" "+typ)
	return free
}

// lit writes constant text.
func (e *encoder) lit(s string) { e.pending += s }

// flush appends the text that was held back.
func (e *encoder) flush() {
	s := e.pending
	e.pending = ""
	if s != "" {
		e.flushes++
	}
	switch len(s) {
	case 0:
	case 1:
		e.line(e.dst, " = append(", e.dst, ", ", strconv.QuoteRune(rune(s[0])), ")")
	default:
		e.line(e.dst, " = append(", e.dst, ", ", text(s), "...)")
	}
}

// branch is the body of a block that writes prefix first.
func (e *encoder) branch(prefix string, write func()) func() {
	return func() {
		e.pending = prefix
		e.scope(write)
		e.flush()
	}
}

// call writes dst = fn(dst, args...).
func (e *encoder) call(fn string, args ...string) {
	e.flush()
	e.line(e.dst, " = ", e.appending(fn, args))
}

// try is call for a function that can fail.
func (e *encoder) try(fn string, args ...string) {
	e.needErr = true
	e.flush()
	e.block("if "+e.dst+", "+e.err+" = "+e.appending(fn, args)+"; "+e.err+" != nil", func() { e.fail(e.err) })
}

func (e *encoder) appending(fn string, args []string) string {
	return call(fn, append([]string{e.dst}, args...)...)
}

// fail writes the statement that returns err with the path of the value at hand.
func (e *encoder) fail(err string) {
	for i := len(e.path) - 1; i >= 0; i-- {
		switch s := e.path[i]; {
		case s.index != "":
			err = call(e.g.codec("AtIndex"), err, s.index)
		case s.nameExpr != "":
			err = call(e.g.codec("At"), err, s.nameExpr)
		default:
			err = call(e.g.codec("At"), err, text(s.name))
		}
	}
	e.line(e.leave(err))
}

func (e *encoder) within(p pathPart, write func()) {
	e.path = append(e.path, p)
	write()
	e.path = e.path[:len(e.path)-1]
}

// mark writes the statement that keeps the length of the buffer in n.
func (e *encoder) mark(n string) { e.line(n, " := len(", e.dst, ")") }

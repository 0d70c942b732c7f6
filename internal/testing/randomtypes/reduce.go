package randomtypes

import "slices"

// reductions returns the cases that are one step smaller, those that lose most first.
func (c *Case) reductions() []*Case {
	var out []*Case
	// try keeps a copy of the case that change has made smaller.
	try := func(change func(c *Case) bool) {
		smaller := c.clone()
		if change(smaller) && smaller.valid() {
			smaller.prune()
			out = append(out, smaller)
		}
	}
	for i := range c.places() {
		e := *c.places()[i]
		for n := range e.parts() {
			try(func(c *Case) bool {
				at := c.places()[i]
				*at = *(*at).parts()[n]
				return true
			})
		}
		for n := range e.Fields {
			try(func(c *Case) bool {
				at := *c.places()[i]
				at.Fields = slices.Delete(at.Fields, n, n+1)
				return true
			})
		}
		if e.Op != Name || e.Name != "int8" {
			try(func(c *Case) bool {
				**c.places()[i] = Expr{Op: Name, Name: "int8"}
				return true
			})
		}
		for n := range e.Fields {
			if e.Fields[n].Tag != "" {
				try(func(c *Case) bool {
					(*c.places()[i]).Fields[n].Tag = ""
					return true
				})
			}
		}
	}
	for i, d := range c.Decls {
		for n := range d.Methods {
			try(func(c *Case) bool {
				c.Decls[i].Methods = slices.Delete(c.Decls[i].Methods, n, n+1)
				return true
			})
		}
		for n := range d.Variants {
			if len(d.Variants) > 1 {
				try(func(c *Case) bool {
					c.Decls[i].Variants = slices.Delete(c.Decls[i].Variants, n, n+1)
					return true
				})
			}
		}
		if len(d.Params) == 0 && d.Type != nil && len(d.Methods) == 0 && len(d.Members) == 0 {
			try(func(c *Case) bool { return c.inline(c.Decls[i]) })
		}
	}
	return out
}

// places returns where the expressions of the case stand.
func (c *Case) places() []**Expr {
	var out []**Expr
	var visit func(at **Expr)
	visit = func(at **Expr) {
		out = append(out, at)
		for _, part := range (*at).parts() {
			visit(part)
		}
	}
	visit(&c.Root)
	for _, d := range c.Decls {
		if d.Type != nil {
			visit(&d.Type)
		}
	}
	return out
}

// inline puts the type of d where it is named; false if nothing changes.
func (c *Case) inline(d *Decl) bool {
	changed := false
	for _, at := range c.places() {
		if (*at).Op == Name && (*at).Name == d.Name {
			*at, changed = d.Type.clone(), true
		}
		if changed { // what is inlined may contain itself: one place is enough
			break
		}
	}
	return changed
}

func (e *Expr) clone() *Expr {
	out := *e
	out.Args, out.Fields = nil, nil
	for _, a := range e.Args {
		out.Args = append(out.Args, a.clone())
	}
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, &Field{Name: f.Name, Tag: f.Tag, Type: f.Type.clone()})
	}
	return &out
}

// size is what reducing makes smaller.
func (c *Case) size() int { return len(c.Source("p", "e")) }

func (c *Case) clone() *Case {
	out := &Case{Root: c.Root.clone()}
	for _, d := range c.Decls {
		one := *d
		one.Params, one.Members, one.Variants, one.Methods = slices.Clone(d.Params), slices.Clone(d.Members), slices.Clone(d.Variants), slices.Clone(d.Methods)
		if d.Type != nil {
			one.Type = d.Type.clone()
		}
		out.Decls = append(out.Decls, &one)
	}
	return out
}

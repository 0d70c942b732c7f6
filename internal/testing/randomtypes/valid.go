package randomtypes

import "slices"

// valid reports whether c is Go that compiles and that the generator must take.
func (c *Case) valid() bool {
	return !c.Root.nameless() && !slices.ContainsFunc(c.places(), func(at **Expr) bool { return !c.embeds(*at) }) && !slices.ContainsFunc(c.Decls, func(d *Decl) bool {
		return d.Type != nil && (d.Type.Op == Par || c.circular(d)) || !d.textual() || !c.receives(d)
	})
}

// circular reports whether the type points to itself alone. Given anything but null for it,
// encoding/json never ends.
func (c *Case) circular(d *Decl) bool {
	e := d.Type
	for range 100 { // longer than any chain of pointers that ends
		switch {
		case e.Op == Pointer:
			e = e.Args[0]
		case e.Op == Name && c.decl(e.Name) != nil && c.decl(e.Name).Type != nil:
			e = c.decl(e.Name).instance(e.Args)
		default:
			return false
		}
	}
	return true
}

// instance returns the type with arguments for its parameters.
func (d *Decl) instance(args []*Expr) *Expr {
	out := d.Type.clone()
	var put func(e *Expr)
	put = func(e *Expr) {
		if i := slices.IndexFunc(d.Params, func(p Param) bool { return e.Op == Par && p.Name == e.Name }); i >= 0 {
			*e = *args[i].clone()
			return
		}
		for _, part := range e.parts() {
			put(*part)
		}
	}
	put(out)
	return out
}

// textual reports whether the bodies of the type's text methods are Go: they need a string or an
// integer, or a struct with a field S.
func (d *Decl) textual() bool {
	if !d.has("MarshalText", "") && !d.has("UnmarshalText", "") {
		return true
	}
	if d.Type.Op == Struct {
		return slices.ContainsFunc(d.Type.Fields, func(f *Field) bool { return f.Name == "S" && f.Type.Op == Name && f.Type.Name == "string" })
	}
	return d.Type.Op == Name
}

// embeds reports whether Go lets the fields without a name be embedded: no pointer, and no pointer to an interface.
func (c *Case) embeds(e *Expr) bool {
	return !slices.ContainsFunc(e.Fields, func(f *Field) bool {
		if f.Name != "" {
			return false
		}
		if f.Type.Op != Pointer {
			u := c.under(f.Type)
			return f.Type.Op != Name || u != nil && (u.Op == Pointer || u.Op == Par)
		}
		u := c.under(f.Type.Args[0])
		return f.Type.Args[0].Op != Name || u == nil || u.Op == Pointer || u.Op == Par || u.Name == "any"
	})
}

// under returns what a type is beneath the names of the case; nil for an interface of it.
func (c *Case) under(e *Expr) *Expr {
	for e != nil && e.Op == Name && c.decl(e.Name) != nil {
		e = c.decl(e.Name).Type
	}
	return e
}

// receives reports whether the variants of an interface may have methods.
func (c *Case) receives(d *Decl) bool {
	return !slices.ContainsFunc(d.Variants, func(v Variant) bool {
		u := c.under(named(v.Type))
		return u == nil || u.Op == Pointer || u.Name == "any"
	})
}

// decl returns the declaration of a name, nil if it is not of the case.
func (c *Case) decl(name string) *Decl {
	i := slices.IndexFunc(c.Decls, func(d *Decl) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return c.Decls[i]
}

package compat

import (
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// acceptedBy returns the directive that accepts r: on the place itself, the event or the package.
func (c *comparison) acceptedBy(r raw) *ir.Allow {
	for _, list := range append(r.allow[:len(r.allow):len(r.allow)], r.event.new.Allow, r.event.newPkg.Allow) {
		for i := range list {
			if list[i].Rule == string(r.rule) {
				c.used[list[i].Pos] = true
				return &list[i]
			}
		}
	}
	return nil
}

// unused warns about the directives of the newer model that accept nothing. Those without a
// position were not read from source in this run.
func (c *comparison) unused() diag.List {
	var list diag.List
	note := func(allows []ir.Allow) {
		for _, a := range allows {
			if !a.Pos.IsValid() || c.used[a.Pos] || !isRule(diag.Code(a.Rule)) {
				continue
			}
			list.Add(diag.Diagnostic{
				Severity: diag.Warning, Code: diag.UnusedAllow, Pos: a.Pos,
				Message: "nothing here breaks " + a.Rule + ", so this accepts nothing",
				Hint:    "remove it if what it accepted is released; otherwise move it to where the finding points",
			})
		}
	}
	var fields func(t *ir.Type)
	fields = func(t *ir.Type) {
		if t == nil {
			return
		}
		fields(t.Key)
		fields(t.Elem)
		for _, f := range t.Fields {
			note(f.Allow)
			fields(f.Type)
		}
	}
	for _, p := range c.after.model.Packages {
		note(p.Allow)
		for _, e := range p.Events {
			note(e.Allow)
			fields(e.Payload)
		}
		for _, d := range p.Decls {
			note(d.Allow)
			fields(d.Type)
		}
	}
	return list.Sorted()
}

func isRule(code diag.Code) bool {
	for _, r := range diag.Rules {
		if r.Code == code {
			return true
		}
	}
	return false
}

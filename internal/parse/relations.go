package parse

import (
	"fmt"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse/directive"
)

// flush is a name in the option flushes of an event.
type flush struct {
	event *ir.Event
	name  directive.NameAt
}

// relations checks what events say about each other.
func (r *reader) relations() {
	byName := map[string]*ir.Event{}
	var names []string
	for _, p := range r.model.Packages {
		for _, e := range p.Events {
			if other := byName[e.Name]; other != nil {
				r.list.Add(diag.Diagnostic{
					Severity: diag.Error, Code: diag.DuplicateEvent, Pos: e.Pos,
					Message: fmt.Sprintf("two events are called %q", e.Name),
					Hint:    "give one of them another name",
					Related: []diag.Related{{Pos: other.Pos, Message: "the other one"}},
				})
				continue
			}
			byName[e.Name] = e
			names = append(names, e.Name)
		}
	}
	for _, f := range r.flushes {
		other := byName[f.name.Name]
		switch {
		case other == f.event:
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.UnknownEvent, Pos: f.name.Pos,
				Message: fmt.Sprintf("event %q cannot flush itself", f.name.Name),
			})
		case other == nil:
			d := diag.Diagnostic{
				Severity: diag.Error, Code: diag.UnknownEvent, Pos: f.name.Pos,
				Message: fmt.Sprintf("there is no event %q to flush", f.name.Name),
			}
			if near := diag.Nearest(f.name.Name, names); near != "" {
				d.Hint = fmt.Sprintf("did you mean %s?", near)
			}
			r.list.Add(d)
		case other.Throttle == 0 && other.Debounce == 0 && other.Batch == 0:
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.OptionAlone, Pos: f.name.Pos,
				Message: fmt.Sprintf("event %q holds nothing back, so there is nothing to flush", f.name.Name),
				Hint:    "only events with throttle, debounce or batch have something pending",
				Related: []diag.Related{{Pos: other.Pos, Message: "the event is declared here"}},
			})
		}
		slices.Sort(f.event.Flushes)
	}
}

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

// former is the name that an event had.
type former struct {
	event *ir.Event
	pos   diag.Pos
}

// relations checks what events say about each other.
func (r *reader) relations() {
	byName := map[string]*ir.Event{}
	var names []string
	for _, p := range r.model.Packages {
		for _, e := range p.Events {
			if e.Name == "" {
				continue // it cannot be read, which has been reported
			}
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
	r.formerNames(byName)
	for _, f := range r.flushes {
		other := byName[f.name.Name]
		switch {
		case other == f.event:
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.UnknownEvent, Pos: f.name.Pos,
				Message: fmt.Sprintf("event %q cannot flush itself", f.name.Name),
				Hint:    "name the events whose pending values go out before this one",
			})
		case other == nil:
			d := diag.Diagnostic{
				Severity: diag.Error, Code: diag.UnknownEvent, Pos: f.name.Pos,
				Message: fmt.Sprintf("there is no event %q to flush", f.name.Name),
			}
			if near := diag.Nearest(f.name.Name, names); near != "" {
				d.Hint = fmt.Sprintf("did you mean %s?", near)
			} else {
				d.Hint = "name an event of the packages that this run reads"
			}
			r.list.Add(d)
		case other.Throttle == 0 && other.Debounce == 0 && other.Batch == 0:
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.OptionAlone, Pos: f.name.Pos,
				Message: fmt.Sprintf("event %q holds nothing back, so there is nothing to flush", f.name.Name),
				Hint:    "only events with throttle, debounce or batch have something pending",
				Related: []diag.Related{{Pos: other.Pos, Message: "the event is declared here"}},
			})
		case flushes(other, f.event, byName, map[*ir.Event]bool{}):
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.UnknownEvent, Pos: f.name.Pos,
				Message: fmt.Sprintf("event %q flushes itself through %q", f.event.Name, f.name.Name),
				Hint:    "what goes out first cannot wait for what comes after it: leave one of the names out",
				Related: []diag.Related{{Pos: other.Pos, Message: "the event is declared here"}},
			})
		}
		slices.Sort(f.event.Flushes)
	}
}

// flushes reports whether an event flushes the other one, itself or through those that it flushes.
func flushes(e, other *ir.Event, byName map[string]*ir.Event, seen map[*ir.Event]bool) bool {
	seen[e] = true
	for _, name := range e.Flushes {
		next := byName[name]
		if next == other || next != nil && !seen[next] && flushes(next, other, byName, seen) {
			return true
		}
	}
	return false
}

// formerNames checks was=: what windows still call by that name has to be one event.
func (r *reader) formerNames(byName map[string]*ir.Event) {
	owners := map[string]former{}
	for _, f := range r.former {
		name := f.event.Was
		d := diag.Diagnostic{Severity: diag.Error, Code: diag.DuplicateEvent, Pos: f.pos}
		switch other, taken := owners[name]; {
		case byName[name] == f.event:
			d.Message, d.Hint = fmt.Sprintf("%q is the event's name still", name), "was= names what the event was called before"
		case byName[name] != nil:
			d.Message, d.Hint = fmt.Sprintf("there is an event %q still", name), "a former name has to be free, so that old pages reach this event"
			d.Related = []diag.Related{{Pos: byName[name].Pos, Message: "the event of that name"}}
		case taken:
			d.Message, d.Hint = fmt.Sprintf("two events were called %q", name), "one of them takes the name over"
			d.Related = []diag.Related{{Pos: other.pos, Message: "the other one"}}
		default:
			owners[name] = f
			continue
		}
		r.list.Add(d)
	}
}

package golang

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

const catalogueName = "Events"

func descriptorName(e *ir.Event) string { return e.Go + "Event" }

// eventNames returns the exported identifiers that e brings into its package.
func eventNames(e *ir.Event) []string {
	names := []string{descriptorName(e)}
	if e.From.Server() {
		if broadcasts(e) {
			names = append(names, "Emit"+e.Go)
		}
		names = append(names, "Emit"+e.Go+"To")
	}
	if listens(e) {
		names = append(names, "On"+e.Go, "Once"+e.Go)
		if e.Batch > 0 {
			names = append(names, "On"+e.Go+"Batch")
		}
	}
	return names
}

// broadcasts reports whether Go may emit e without a target.
func broadcasts(e *ir.Event) bool { return e.From.Server() && e.To == ir.ToAny }

// listens reports whether a Go listener of e can ever run: a targeted emit reaches its target alone.
func listens(e *ir.Event) bool { return e.To == ir.ToAny || e.From.Client() }

// A namer hands out the identifiers of one generated file.
type namer struct {
	// own are the identifiers of the package's other files.
	own map[string]diag.Pos
	// used are the identifiers that the generated file declares.
	used map[string]bool
	// imported are the names under which packages are imported.
	imported map[string]bool
}

func newNamer(p *ir.Package) *namer {
	n := &namer{own: make(map[string]diag.Pos, len(p.Idents)), used: map[string]bool{}, imported: map[string]bool{}}
	for _, id := range p.Idents {
		n.own[id.Name] = id.Pos
	}
	return n
}

// taken reports whether name means something else at file scope.
func (n *namer) taken(name string) bool {
	_, own := n.own[name]
	return own || n.used[name] || n.imported[name] || token.IsKeyword(name) || types.Universe.Lookup(name) != nil
}

// importName returns the name under which a package called name is imported, and claims it.
// Generated functions use the names of localNames, so no package gets one of them, with whatever
// number: v1 becomes v1pkg.
func (n *namer) importName(name string) string {
	if isLocalName(name) {
		name += "pkg"
	}
	free := disambiguate(name, n.taken)
	n.imported[free] = true
	return free
}

// localNames are the names of parameters and variables in generated functions, perhaps with a
// number behind them.
var localNames = map[string]bool{
	"at": true, "b": true, "ctx": true, "d": true, "depth": true, "dst": true, "err": true, "fn": true,
	"i": true, "k": true, "key": true, "keys": true, "n": true, "ok": true, "opts": true, "p": true,
	"payload": true, "payloads": true, "seen": true, "src": true, "to": true, "u": true, "v": true, "x": true,
}

func isLocalName(name string) bool { return localNames[strings.TrimRight(name, "0123456789")] }

// hides reports whether a local variable of this name would hide something that a generated
// function may need.
func (n *namer) hides(name string) bool {
	_, own := n.own[name]
	return own || n.used[name] || n.imported[name]
}

// codecStem returns stem, or stem with a number, such that the names of codec functions made
// from it are free, and claims them.
func (n *namer) codecStem(stem string) string {
	names := func(s string) []string {
		return []string{appendPrefix + s, decodePrefix + s, namesPrefix + s}
	}
	free := disambiguate(stem, func(s string) bool { return slices.ContainsFunc(names(s), n.taken) })
	for _, name := range names(free) {
		n.used[name] = true
	}
	return free
}

// Prefixes of what is generated for a type.
const (
	appendPrefix = "append" // its encoder
	decodePrefix = "decode" // its decoder
	namesPrefix  = "known"  // the names that its decoder knows
)

// disambiguate returns name if it is free, and otherwise name with the lowest number from 2 on
// that is.
func disambiguate(name string, taken func(string) bool) string {
	free := name
	for i := 2; taken(free); i++ {
		free = name + strconv.Itoa(i)
	}
	return free
}

// claimEvents claims the exported names of all events and reports those that something else has.
func (n *namer) claimEvents(p *ir.Package) diag.List {
	var diags diag.List
	owners := map[string]*ir.Event{}
	collision := func(e *ir.Event, names, with string, related diag.Related) {
		diags.Add(diag.Diagnostic{
			Severity: diag.Error,
			Code:     diag.NameCollision,
			Pos:      e.Pos,
			Message:  fmt.Sprintf("event %q would generate %s, which %s", e.Name, names, with),
			Hint:     "give the event another name in generated code: ts=Name",
			Related:  []diag.Related{related},
		})
	}
	for _, e := range p.Events {
		var others []*ir.Event
		shared := map[*ir.Event][]string{}
		for _, name := range eventNames(e) {
			if other, ok := owners[name]; ok {
				if shared[other] == nil {
					others = append(others, other)
				}
				shared[other] = append(shared[other], name)
				continue
			}
			if pos, ok := n.own[name]; ok {
				collision(e, name, "the package declares already", diag.Related{Pos: pos, Message: name + " is declared here"})
			}
			owners[name] = e
			n.used[name] = true
		}
		for _, other := range others {
			collision(e, strings.Join(shared[other], ", "), fmt.Sprintf("event %q generates too", other.Name),
				diag.Related{Pos: other.Pos, Message: "the other event"})
		}
	}
	if pos, ok := n.own[catalogueName]; ok {
		diags.Add(diag.Diagnostic{
			Severity: diag.Error,
			Code:     diag.NameCollision,
			Pos:      pos,
			Message:  "the package declares " + catalogueName + ", which is the name of the generated catalogue",
			Hint:     "rename the declaration",
		})
	}
	if other, ok := owners[catalogueName]; ok {
		diags.Add(diag.Diagnostic{
			Severity: diag.Error,
			Code:     diag.NameCollision,
			Pos:      other.Pos,
			Message:  fmt.Sprintf("event %q would generate %s, which is the name of the catalogue", other.Name, catalogueName),
			Hint:     "give the event another name in generated code: ts=Name",
		})
	}
	n.used[catalogueName] = true
	return diags
}

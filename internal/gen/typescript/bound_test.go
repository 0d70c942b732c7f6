package typescript

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/gen/typescript/tsctest"
	"github.com/eventgen/eventgen/internal/ir"
)

var everything = Options{Runtime: RuntimePackage, Decoders: true, Hooks: []string{"react", "vue", "svelte", "solid"}}

var (
	noCode = regexp.MustCompile("(?s)/\\*.*?\\*/|//[^\n]*|(?:import|import type|export) \\{[^}]*\\} from|'(?:[^'\\\\]|\\\\.)*'")
	word   = regexp.MustCompile(`[$\w]+`)
)

// boundWords are the identifiers in the output that come from the generator: parameters, type
// parameters, properties, globals and more. What the model names is not among them, and what
// begins with $, which is in no Go identifier.
func boundWords(t *testing.T) []string {
	t.Helper()
	words := maps.Clone(globalTypes)
	for _, settings := range allSettings {
		m := kitchenSink()
		m.Settings = settings
		for _, text := range generate(t, m, everything) {
			for _, w := range word.FindAllString(noCode.ReplaceAllString(text, ""), -1) {
				words[w] = true
			}
		}
		p := newProgram(m, m.Contracts(), everything)
		p.convert = findConversions(p)
		p.decideNames()
		for name := range p.bound {
			delete(words, name)
		}
		for name := range p.typed {
			if !globalTypes[name] {
				delete(words, name)
			}
		}
		for _, framework := range p.options.Hooks {
			for _, e := range p.events {
				for _, name := range frameworks[framework].names(e).list() {
					delete(words, name)
				}
			}
		}
	}
	out := slices.DeleteFunc(slices.Sorted(maps.Keys(words)), func(w string) bool {
		return strings.ContainsAny(w[:1], "$0123456789") || w == "_" || w == "events" || w == "Events" // the by-name API: a collision, and told
	})
	for _, w := range []string{"options", "listener", "first", "payload", "to", "limit", "event", "cases", "unknown", "A", "F", "Promise", "Date"} {
		if !slices.Contains(out, w) {
			t.Errorf("%s is not found in the output", w)
		}
	}
	return out
}

// eventShapes are the events that have each function and each hook there is.
var eventShapes = map[string]func(name string) *ir.Event{
	"server": func(name string) *ir.Event { return eventOf(name, tRef("Point")) },
	"empty":  func(name string) *ir.Event { return fromClient(eventOf(name, nil)) },
	"ready":  func(name string) *ir.Event { return eventOf(name, nil) },
	"batch": func(name string) *ir.Event {
		e := eventOf(name, tInt64)
		e.Batch, e.Wait = 50, time.Second
		return e
	},
	"relay": func(name string) *ir.Event {
		e := keyed(eventOf(name, tRef("Point")), tString, "x")
		e.From, e.Relay = ir.FromBoth, true
		return e
	},
	"window": func(name string) *ir.Event {
		e := fromClient(eventOf(name, nil))
		e.Relay, e.To = true, ir.ToWindow
		return e
	},
}

// Whatever the generator calls a parameter, a type parameter or anything else, a user may call an
// event or a type so: the output compiles, and no name hides another.
func TestNoNameOfTheGeneratorIsTaken(t *testing.T) {
	words := boundWords(t)
	files := map[string]string{}
	for shape, build := range eventShapes {
		m := model([]*ir.Decl{structDecl("Point", field("x", tString))})
		for _, w := range words {
			e := build("a:" + w)
			e.Go = naming.UpperFirst(w)
			if !slices.ContainsFunc(m.Packages[0].Events, func(other *ir.Event) bool { return other.Go == e.Go }) {
				m.Packages[0].Events = append(m.Packages[0].Events, e)
			}
		}
		rest := withoutCollisions(m)
		maps.Copy(files, under(shape, generate(t, m, everything)))
		maps.Copy(files, under(shape+"-rest", generate(t, rest, Options{Runtime: RuntimePackage})))
	}
	for name, settings := range allSettings {
		m := model(typesNamed(words))
		for i, d := range m.Packages[0].Decls {
			args := make([]*ir.Type, len(d.Params))
			for i := range args {
				args[i] = tString
			}
			m.Packages[0].Events = append(m.Packages[0].Events, eventOf(fmt.Sprintf("no%d", i), tRef(d.ID, args...)))
		}
		m.Settings = settings
		maps.Copy(files, under("types-"+name, generate(t, m, everything)))
	}
	dir := tsctest.Write(t, files)
	report(t, tsctest.Check(t, dir, tsctest.Strict().With(tsctest.Sources(t))))

	runtime := tsctest.RuntimeDir(t)
	lint := exec.CommandContext(t.Context(), filepath.Join(runtime, "node_modules", ".bin", "eslint"), "--no-inline-config",
		"--config", filepath.Join(runtime, "eslint.config.js"), "--quiet",
		"--rule", `{"@typescript-eslint/no-shadow": "error", "@typescript-eslint/no-empty-object-type": "off"}`, ".")
	lint.Dir = dir
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("eslint: %v\n%s", err, out)
	}
}

// withoutCollisions removes the events that would share a hook or a decoder with another, or with
// the runtime, and returns them.
func withoutCollisions(m *ir.Model) (rest *ir.Model) {
	_, list := Generate(m, m.Contracts(), everything)
	rest = model(m.Packages[0].Decls)
	m.Packages[0].Events = slices.DeleteFunc(m.Packages[0].Events, func(e *ir.Event) bool {
		collides := slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return strings.Contains(d.Message, strconv.Quote(e.Name)+" would") })
		if collides {
			rest.Packages[0].Events = append(rest.Packages[0].Events, e)
		}
		return collides
	})
	return rest
}

// typesNamed declares a type of each kind under each name: a constant stands beside a number, a
// function beside a union, and type parameters have each name too.
func typesNamed(words []string) []*ir.Decl {
	var out []*ir.Decl
	for i, w := range append(words, "Map") {
		name := naming.UpperFirst(w)
		if slices.ContainsFunc(out, func(d *ir.Decl) bool { return d.Go.Name == name }) {
			continue
		}
		box := fmt.Sprintf("Box%d", i)
		inner := structDecl(box, omitEmpty(field("at", tParam(w))), field("date", tTime), field("bytes", tBytes), field("stated", tCustom("Map<string, number>")),
			omitEmpty(field("constructor", tString)))
		out = append(out, generic(inner, w))
		switch {
		case w == "Map": // a type of the user that the stated TypeScript would mean
		case i%3 == 0:
			out = append(out, enumDecl(name, tInt, ir.EnumClosed, "One=1"))
		case i%3 == 1:
			out = append(out, unionDecl(name, "type", "data", box+"Empty"), structDecl(box+"Empty"))
		default:
			out = append(out, structDecl(name, field("x", tTime)))
		}
	}
	return out
}

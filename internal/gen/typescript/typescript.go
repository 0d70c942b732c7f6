// Package typescript renders the model as TypeScript: payload types, descriptors and functions
// in events.gen.ts, what needs to know every event in catalog.gen.ts, and on request hooks,
// decoders and a copy of the runtime.
//
// Its stages are pure functions: names are decided first and collisions reported ([Generate]
// returns no file then), views are prepared from the model, and templates lay them out. What a
// view holds is text that needs no further escaping.
package typescript

import (
	"path/filepath"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/ir"
)

// The values of [Options.ImportExtension].
const (
	ExtensionNone = "none" // './events.gen', for bundlers
	ExtensionJS   = "js"   // './events.gen.js', for Node's own resolution
	ExtensionTS   = "ts"   // './events.gen.ts', for runtimes that strip types
)

// The values of [Options.Runtime].
const (
	RuntimeVendor  = "vendor"  // a copy of the runtime in client/
	RuntimePackage = "package" // the npm package @eventgen/client
)

// Options say what to generate and where.
type Options struct {
	Dir             string   // absolute, the output folder
	Hooks           []string // react, vue, svelte, solid: one file each
	Decoders        bool     // decoders.gen.ts as well
	ImportExtension string   // default ExtensionNone
	Runtime         string   // default RuntimeVendor
	Transports      []string // ws, sse, memory, sidecar, wails, wails2: those of a copied runtime
}

// Generate renders m, whose events have these contracts. On any error in the list it returns no
// files.
func Generate(m *ir.Model, contracts ir.Contracts, o Options) ([]gen.File, diag.List) {
	p := newProgram(m, contracts, o)
	p.reachable()
	p.convert = findConversions(p)
	diags := p.decideNames()
	if diags.HasErrors() {
		return nil, diags
	}
	p.sortByName()

	contents := map[string][]byte{
		eventsModule:  p.eventsFile(),
		catalogModule: p.catalogFile(),
	}
	if o.Decoders {
		contents[decodersModule] = p.decodersFile()
	}
	for _, framework := range o.Hooks {
		contents[framework+".gen"] = p.hooksFile(framework)
	}
	var files []gen.File
	for name, text := range contents {
		files = append(files, gen.File{Path: filepath.Join(o.Dir, name+".ts"), Content: text})
	}
	if o.Runtime != RuntimePackage {
		files = append(files, p.runtimeFiles(p.entryPoints(o.Decoders || p.converts()))...)
	}
	sortFiles(files)
	return files, diags
}

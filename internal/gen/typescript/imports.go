package typescript

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A file collects what one generated module imports: names appear because they were printed.
type file struct {
	p *program
	// modules hold the imported names by module.
	modules map[string]*imports
}

type imports struct {
	values map[string]string // name -> local name
	types  map[string]string
}

// importView is one import statement.
type importView struct {
	keyword string // "import" or "import type"
	names   []string
	from    string
}

// Clause is the statement without its semicolon.
func (v importView) Clause() string {
	from := " from " + stringLiteral(v.from)
	return v.keyword + " " + list(len(v.keyword)+len(from)+len(" ;"), "{", v.names, "}") + from
}

// newFile returns an empty module of the output.
func (p *program) newFile() *file { return &file{p: p, modules: map[string]*imports{}} }

func (f *file) module(from string) *imports {
	m := f.modules[from]
	if m == nil {
		m = &imports{values: map[string]string{}, types: map[string]string{}}
		f.modules[from] = m
	}
	return m
}

// runtimeValue imports a function of the runtime's core and returns its alias.
func (f *file) runtimeValue(name string) string { return f.value("", name) }

// runtimeType imports a type of the runtime's core and returns its alias.
func (f *file) runtimeType(name string) string { return f.typ("", name) }

// decodeValue imports a function of the runtime's decoders and returns its alias.
func (f *file) decodeValue(name string) string { return f.value("decode", name) }

// decodeType imports a type of the runtime's decoders and returns its alias.
func (f *file) decodeType(name string) string { return f.typ("decode", name) }

func (f *file) value(entry, name string) string {
	alias := "$" + name
	f.module(f.p.runtimeModule(entry)).values[name] = alias
	return alias
}

func (f *file) typ(entry, name string) string {
	alias := "$" + name
	f.module(f.p.runtimeModule(entry)).types[name] = alias
	return alias
}

// packageType imports a type of a framework and returns its alias.
func (f *file) packageType(from, name string) string {
	f.module(from).types[name] = "$" + name
	return "$" + name
}

// eventsValue imports a value of events.gen.ts under its own name.
func (f *file) eventsValue(name string) string {
	f.module(f.p.sibling(eventsModule)).values[name] = name
	return name
}

// eventsType imports a type of events.gen.ts under its own name.
func (f *file) eventsType(name string) {
	f.module(f.p.sibling(eventsModule)).types[name] = name
}

// views lists the statements: values before types, packages before files.
func (f *file) views() []importView {
	var out []importView
	for _, keyword := range []string{"import", "import type"} {
		for _, from := range slices.SortedFunc(maps.Keys(f.modules), compareModules) {
			names := f.modules[from].values
			if keyword == "import type" {
				names = f.modules[from].types
			}
			v := importView{keyword: keyword, from: from}
			for _, name := range slices.Sorted(maps.Keys(names)) {
				if keyword == "import type" && f.modules[from].values[name] == names[name] {
					continue // the import of the value brings the type of that name
				}
				if local := names[name]; local != name {
					v.names = append(v.names, name+" as "+local)
				} else {
					v.names = append(v.names, name)
				}
			}
			if len(v.names) > 0 {
				out = append(out, v)
			}
		}
	}
	return out
}

func compareModules(a, b string) int {
	if ra, rb := strings.HasPrefix(a, "."), strings.HasPrefix(b, "."); ra != rb {
		if rb {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// The generated modules, without their extension.
const (
	eventsModule   = "events.gen"
	catalogModule  = "catalog.gen"
	decodersModule = "decoders.gen"
)

// packageName is the runtime as a package.
const packageName = "@eventgen/client"

// runtimeModule is where an entry point of the runtime is imported from; "" is its core.
func (p *program) runtimeModule(entry string) string {
	if p.options.Runtime == RuntimePackage {
		if entry == "" {
			return packageName
		}
		return packageName + "/" + entry
	}
	return "./client/" + cmp.Or(entry, "index") + p.extension()
}

// sibling is another module of the output.
func (p *program) sibling(name string) string { return "./" + name + p.extension() }

// extension is what relative imports end with.
func (p *program) extension() string {
	switch p.options.ImportExtension {
	case ExtensionJS:
		return ".js"
	case ExtensionTS:
		return ".ts"
	}
	return ""
}

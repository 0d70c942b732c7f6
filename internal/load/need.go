package load

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
)

// needs follows what declarations mention, over package boundaries, and marks it in the
// outlines. It works on names alone, so it may take too much, never too little.
type needs struct {
	// outline returns the outline of a package that is read from source, or nil.
	outline func(from *outline, path string) *outline
	// name returns the name of an imported package, or "" if it is not known.
	name func(from *outline, path string) string
	// external is called for each needed import that is not read from source.
	external func(from *outline, path string)

	queue []neededName
}

type neededName struct {
	outline *outline
	name    string
}

// relevantMethods are the methods that change how a type travels. Others are of no interest,
// and their signatures often mention half of a program.
var relevantMethods = map[string]bool{
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true,
	"MarshalJSONTo": true, "UnmarshalJSONFrom": true, "AppendText": true,
	"IsZero": true, "Validate": true, "String": true, "Error": true,
}

func (n *needs) need(o *outline, name string) {
	n.queue = append(n.queue, neededName{o, name})
}

// run marks until nothing new is mentioned.
func (n *needs) run() {
	for len(n.queue) > 0 {
		next := n.queue[len(n.queue)-1]
		n.queue = n.queue[:len(n.queue)-1]
		o := next.outline
		list := o.byName[next.name]
		for _, d := range list {
			if n.mark(o, d) {
				if _, ok := d.node.(*ast.TypeSpec); ok {
					n.methods(o, next.name)
				}
			}
		}
		for _, d := range o.mentions[next.name] {
			n.mark(o, d)
		}
	}
}

func (n *needs) methods(o *outline, name string) {
	for _, d := range o.methods[name] {
		method := d.node.(*ast.FuncDecl).Name.Name
		if relevantMethods[method] || o.seals[method] {
			n.mark(o, d)
		}
	}
}

// mark marks a declaration and queues what it mentions. It reports whether it was not marked
// before.
func (n *needs) mark(o *outline, d *declared) bool {
	if d.needed {
		return false
	}
	d.needed = true
	eachMention(d.node,
		func(name string) {
			if o.byName[name] != nil {
				n.need(o, name)
			} else {
				n.dotImports(o, d.file, name)
			}
		},
		func(x, sel string) {
			if o.byName[x] == nil {
				n.selected(o, d.file, x, sel)
			}
		})
	for _, name := range d.implies {
		n.need(o, name)
	}
	// Constants of this type or value stand in declarations that mention the names of this one.
	if group, ok := d.node.(*ast.GenDecl); ok {
		for _, spec := range group.Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				for _, name := range spec.Names {
					if name.Name != "_" {
						n.need(o, name.Name)
					}
				}
			}
		}
	}
	return true
}

// selected marks the import that x.sel goes through.
func (n *needs) selected(o *outline, file int, x, sel string) {
	for i := range o.imports {
		imp := &o.imports[i]
		if imp.file != file || !n.isNamed(o, imp, x) {
			continue
		}
		n.use(o, imp, sel)
	}
}

func (n *needs) isNamed(o *outline, imp *importSpec, x string) bool {
	if imp.spec.Name != nil {
		return imp.spec.Name.Name == x
	}
	if name := n.name(o, imp.path); name != "" {
		return name == x
	}
	return mayBeNamed(imp.path, x)
}

// use marks an import, and name in the imported package if that is read from source.
func (n *needs) use(o *outline, imp *importSpec, name string) {
	if target := n.outline(o, imp.path); target != nil {
		imp.needed = true
		n.need(target, name)
		return
	}
	if !imp.needed {
		imp.needed = true
		n.external(o, imp.path)
	}
}

// dotImports marks the imports without qualifier, which any unknown name may come from.
func (n *needs) dotImports(o *outline, file int, name string) {
	for i := range o.imports {
		imp := &o.imports[i]
		if imp.file == file && imp.spec.Name != nil && imp.spec.Name.Name == "." {
			n.use(o, imp, name)
		}
	}
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// mayBeNamed guesses whether the package with this import path has this name.
func mayBeNamed(importPath, name string) bool {
	base := path.Base(importPath)
	if majorVersion.MatchString(base) {
		base = path.Base(path.Dir(importPath))
	}
	base, _, _ = strings.Cut(base, ".v")
	return strings.Contains(plainName(base), plainName(name))
}

var punctuation = strings.NewReplacer("-", "", "_", "", ".", "")

func plainName(s string) string { return punctuation.Replace(strings.ToLower(s)) }

// Package naming decides the names that several outputs give to one declaration.
package naming

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/ir"
)

// UpperFirst returns s with its first letter in upper case.
func UpperFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// Pascal joins the words of a package name or path segment: "go-github" is GoGithub.
func Pascal(s string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(UpperFirst(word))
	}
	return b.String()
}

var versionSegment = regexp.MustCompile(`^v[0-9]+$`)

// qualifier returns what a name is prefixed with at a level: nothing at 0, the package's name at
// 1, and one more segment of its path with each further level. more is false where there is none.
func qualifier(g ir.GoName, level int) (prefix string, more bool) {
	if g.Path == "" {
		return "", false
	}
	segments := []string{cmp.Or(g.Pkg, g.Path[strings.LastIndexByte(g.Path, '/')+1:])}
	path := strings.Split(g.Path, "/")
	for i, s := range slices.Backward(path) {
		if i == len(path)-1 && s == segments[0] || versionSegment.MatchString(s) {
			continue
		}
		segments = append(segments, s)
	}
	level = min(level, len(segments))
	for _, s := range segments[:level] {
		prefix = Pascal(s) + prefix
	}
	return prefix, level < len(segments)
}

// Types decides the name of each declaration, by ID. A name is the Go name, its first letter
// in upper case, an instance's arguments and "Value" for a value form behind it. Declarations of
// different packages that would share a name are all qualified with their package's name, and
// with more of its path where that is not enough; so is one whose name is taken otherwise. The
// result depends on the set of declarations alone.
//
// A name that is taken is no declaration's; a Go name that is reserved never stands as it is
// written in Go. What remains ambiguous is in collisions.
func Types(decls []*ir.Decl, reserved, taken func(string) bool) (names map[string]string, collisions []Collision) {
	n := typeNamer{reserved: reserved, decls: make(map[string]*ir.Decl, len(decls)), levels: map[string]int{}, declared: map[string]bool{}}
	for _, d := range decls {
		n.decls[d.ID] = d
		n.declared[d.Go.Path+"."+d.Go.Name] = true
	}
	for {
		names = make(map[string]string, len(decls))
		byName := map[string][]*ir.Decl{}
		for _, d := range decls {
			names[d.ID] = n.name(d)
			byName[names[d.ID]] = append(byName[names[d.ID]], d)
		}
		progress := false
		collisions = nil
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			group := byName[name]
			if len(group) == 1 && !taken(name) {
				continue
			}
			if n.qualify(group) {
				progress = true
			} else {
				collisions = append(collisions, Collision{name, group})
			}
		}
		if !progress {
			return names, collisions
		}
	}
}

// A Collision is a name that several declarations, or one and something else, lay claim to.
type Collision struct {
	Name  string
	Decls []*ir.Decl
}

// typeNamer holds how far each declaration is qualified.
type typeNamer struct {
	reserved func(string) bool
	decls    map[string]*ir.Decl
	levels   map[string]int
	declared map[string]bool // Go path and name
}

// qualify qualifies each declaration of a group one level further; false if that cannot help.
func (n *typeNamer) qualify(group []*ir.Decl) bool {
	alike := len(group) > 1
	for _, d := range group {
		alike = alike && d.Go.Path == group[0].Go.Path && len(d.Go.Args) == 0
	}
	if alike {
		return false
	}
	done := false
	for _, d := range group {
		if _, more := qualifier(d.Go, n.levels[d.ID]); more {
			n.levels[d.ID]++
			done = true
		}
	}
	return done
}

func (n *typeNamer) name(d *ir.Decl) string {
	level := n.levels[d.ID]
	prefix, _ := qualifier(d.Go, level)
	name := UpperFirst(d.Go.Name)
	if prefix == "" && name != d.Go.Name && n.declared[d.Go.Path+"."+name] && !n.reserved(d.Go.Name) {
		name = d.Go.Name // progress and Progress in one package
	}
	for _, arg := range d.Go.Args {
		name += n.argument(arg, level)
	}
	if d.Value {
		name += "Value"
	}
	if d.Plain {
		name += "Plain"
	}
	return prefix + name
}

// argument spells a type argument as part of a name: Page[time.Time] is PageTime.
func (n *typeNamer) argument(t *ir.Type, level int) string {
	switch {
	case t.Kind == ir.KindRef && n.decls[t.Ref] != nil:
		name := n.name(n.decls[t.Ref])
		for _, arg := range t.Args {
			name += n.argument(arg, level)
		}
		return name
	case t.Go != nil:
		prefix, _ := qualifier(*t.Go, min(level, 1))
		name := prefix + UpperFirst(t.Go.Name)
		for _, arg := range t.Go.Args {
			name += n.argument(arg, level)
		}
		return name
	}
	switch t.Kind {
	case ir.KindPtr:
		return n.argument(t.Elem, level) + "Ptr"
	case ir.KindSlice:
		return n.argument(t.Elem, level) + "Slice"
	case ir.KindArray:
		return n.argument(t.Elem, level) + "Array" + strconv.Itoa(t.Len)
	case ir.KindMap:
		return n.argument(t.Key, level) + n.argument(t.Elem, level) + "Map"
	case ir.KindParam:
		return UpperFirst(t.Param)
	case ir.KindInt, ir.KindUint, ir.KindFloat:
		if t.Bits != 0 {
			return UpperFirst(string(t.Kind)) + strconv.Itoa(t.Bits)
		}
	}
	return UpperFirst(string(t.Kind))
}

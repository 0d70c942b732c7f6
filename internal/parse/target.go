package parse

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse/directive"
	"github.com/eventgen/eventgen/internal/parse/lower"
	"github.com/eventgen/eventgen/internal/rules"
)

// target is one annotated package while it is read. Its findings are its own: other packages are
// read at the same time.
type target struct {
	*reader
	findings
	loaded       *load.Target
	out          *ir.Package
	declarations []*declaration
	defaults     directive.Values
	types        *types.Package
	lowerer      *lower.Lowerer
}

// read reads the package.
func (t *target) read() {
	if checked := t.program.Checked[t.loaded.Path]; checked != nil {
		t.types = checked.Types
	} else {
		t.types = types.NewPackage(t.loaded.Path, t.out.Name)
	}
	t.lowerer = lower.New(lower.Config{
		Package: t.types, Settings: t.opts.Settings, Int64Stated: t.opts.Int64Stated, Types: t.opts.Types,
		Local: t.program.Local, Annotations: t.annotations, Allow: t.allow, Doc: t.doc, Pos: t.index.pos, Consts: t.constants,
		Stated: func(name string) { t.useful[name] = true },
	})
	t.readDefaults()
	for _, d := range t.declarations {
		t.declaration(d)
	}
	t.list.Append(t.lowerer.Diagnostics())
	if len(t.out.Events) == 0 {
		return
	}
	for _, f := range t.loaded.Files {
		if f.Syntax.Doc != nil && t.out.Doc.Text == "" {
			t.out.Doc = docText(f.Syntax.Doc)
		}
	}
	for _, d := range t.declarations {
		if d.target == rules.OnPackage {
			t.out.Allow = append(t.out.Allow, allows(d.directives)...)
		}
	}
	t.out.Decls = t.lowerer.Decls()
	t.conditionalTypes()
	t.out.Idents = t.idents()
	slices.SortStableFunc(t.out.Events, func(a, b *ir.Event) int { return cmp.Compare(a.Name, b.Name) })
}

// readDefaults reads //eventgen:defaults of the package's files.
func (t *target) readDefaults() {
	t.defaults = directive.Values{}
	var first *directive.Directive
	for _, d := range t.declarations {
		dir := d.directive("defaults")
		if dir == nil {
			continue
		}
		if first != nil {
			t.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.DuplicateDirective, Pos: dir.Pos,
				Message: "the package has two //eventgen:defaults",
				Hint:    "keep one of them",
				Related: []diag.Related{{Pos: first.Pos, Message: "the other one"}},
			})
			continue
		}
		first = dir
		values, list := directive.Decode(dir)
		t.list.Append(list)
		t.list.Append(directive.CheckDefaults(values))
		t.defaults = values
	}
}

// declaration reads what stands on one declaration. Directives that only matter to payloads are
// looked at here too, so that a mistake in them is reported in any case.
func (t *target) declaration(d *declaration) {
	seen := map[string]*directive.Directive{}
	accepted := map[string]*directive.Directive{} // by rule
	for _, dir := range d.directives {
		if other := seen[dir.Verb.Name]; other != nil && dir.Verb.Name != "allow" {
			t.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.DuplicateDirective, Pos: dir.Pos,
				Message: "a second //eventgen:" + dir.Verb.Name + " on one declaration",
				Hint:    "keep one of them",
				Related: []diag.Related{{Pos: other.Pos, Message: "the first one"}},
			})
			continue
		}
		seen[dir.Verb.Name] = dir
		switch dir.Verb.Name {
		case "union", "variant", "enum":
			_, list := directive.Decode(dir)
			t.list.Append(list)
		case "allow":
			t.rule(dir)
			if other := accepted[dir.Text.Word]; other != nil {
				t.list.Add(diag.Diagnostic{
					Severity: diag.Warning, Code: diag.UnusedAllow, Pos: dir.Text.WordPos,
					Message: dir.Text.Word + " is accepted already",
					Hint:    "remove one of them",
					Related: []diag.Related{{Pos: other.Pos, Message: "the first one"}},
				})
			} else if dir.Text.Word != "" {
				accepted[dir.Text.Word] = dir
			}
		case "ts":
			t.stated(dir)
		}
	}
	if d.name == nil {
		return
	}
	if d.name.Name == "_" {
		t.blank(d)
		return
	}
	obj := t.types.Scope().Lookup(d.name.Name)
	if obj == nil {
		return
	}
	if typeName, ok := obj.(*types.TypeName); ok && len(seen) > 0 {
		t.lowerer.Check(typeName)
	}
	if dir := seen["event"]; dir != nil {
		t.event(d, dir, obj)
	}
}

// blank reports the directives on a declaration that nothing can refer to.
func (t *target) blank(d *declaration) {
	for _, dir := range d.directives {
		t.list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.MisplacedDirective, Pos: dir.Pos,
			Message: "//eventgen:" + dir.Verb.Name + " stands on a declaration without a name",
			Hint:    "give it a name in place of the _",
		})
	}
}

// stated checks TypeScript that a directive states.
func (t *target) stated(d *directive.Directive) {
	at, problem := ir.CheckTypeScript(d.Text.Text)
	if problem == "" || d.Text.Text == "" {
		return
	}
	pos := d.Text.TextPos
	if pos.EndColumn-pos.Column == len(d.Text.Text) { // written without quotes
		pos.Column += at
		pos.EndColumn = pos.Column + 1
	}
	t.list.Add(diag.Diagnostic{
		Severity: diag.Error, Code: diag.InvalidTS, Pos: pos, Message: "this is no TypeScript type: " + problem,
		Hint: "write one as in a type declaration, such as [number, number] or 'a' | 'b'",
	})
}

// rule checks what //eventgen:allow accepts.
func (t *target) rule(d *directive.Directive) {
	code := diag.Code(d.Text.Word)
	if code == "" {
		return
	}
	info, known := diag.Lookup(code)
	if info.Allowed {
		return
	}
	found := diag.Diagnostic{Severity: diag.Error, Code: diag.UnknownRule, Pos: d.Text.WordPos}
	if known {
		found.Message, found.Hint = fmt.Sprintf("%s cannot be accepted: it is an error", code), "correct what it is about, and remove this line"
	} else {
		found.Message, found.Hint = fmt.Sprintf("there is no rule %q", code), "the warnings of this tool and the rules of eventgen breaking can be accepted"
		if near := diag.Nearest(d.Text.Word, diag.Allowed()); near != "" {
			found.Hint = fmt.Sprintf("did you mean %s?", near)
		}
	}
	t.list.Add(found)
}

// directives returns the directives in the documentation of an object. What is wrong with them is
// reported where their package is read.
func (r *reader) directives(obj types.Object) []*directive.Directive {
	e := r.index.entry(obj)
	if e == nil || e.doc == nil {
		return nil
	}
	return r.inComment(e.doc)
}

func (r *reader) inComment(group *ast.CommentGroup) []*directive.Directive {
	var found []*directive.Directive
	for _, c := range group.List {
		if strings.HasPrefix(c.Text, rules.Prefix) {
			if d, _ := directive.Parse(c.Text, position(r.program.Fset, c.Slash, 0)); d != nil {
				found = append(found, d)
			}
		}
	}
	return found
}

// annotations returns what directives say about a type.
func (r *reader) annotations(obj *types.TypeName) lower.Annotations {
	var notes lower.Annotations
	for _, d := range r.directives(obj) {
		values := directive.Values{}
		if !d.Verb.Text {
			values, _ = directive.Decode(d)
		}
		switch d.Verb.Name {
		case "union":
			note := &lower.UnionNote{Tag: "type", Content: values["content"].Text, Pos: d.Pos, TagPos: d.Pos}
			if values.Has("tag") {
				note.Tag, note.TagPos = values["tag"].Text, values["tag"].Arg.Pos
			}
			notes.Union = note
		case "variant":
			if values.Has("name") {
				notes.Variant = &lower.VariantNote{Name: values["name"].Text, Pos: values["name"].Arg.ValuePos}
			}
		case "enum":
			if values.Has("mode") {
				notes.Enum = &lower.EnumNote{Mode: ir.EnumMode(values["mode"].Text), Pos: d.Pos}
			}
		case "ts":
			if d.Text.Text != "" {
				notes.TS = &lower.TSNote{Text: d.Text.Text, Pos: d.Text.TextPos}
			}
		}
	}
	return notes
}

// allow returns the directives //eventgen:allow on an object.
func (r *reader) allow(obj types.Object) []ir.Allow {
	if obj.Pkg() == nil || !r.program.Local(obj.Pkg().Path()) {
		return nil
	}
	return allows(r.directives(obj))
}

func allows(directives []*directive.Directive) []ir.Allow {
	var out []ir.Allow
	for _, d := range directives {
		if d.Verb.Name == "allow" && d.Text.Word != "" {
			out = append(out, ir.Allow{Rule: d.Text.Word, Reason: d.Text.Text, Pos: d.Text.WordPos})
		}
	}
	return out
}

// doc returns the documentation of an object.
func (r *reader) doc(obj types.Object) ir.Doc {
	e := r.index.entry(obj)
	switch {
	case e == nil:
		return ir.Doc{}
	case e.doc != nil:
		return docText(e.doc)
	case e.comment != nil:
		return docText(e.comment)
	}
	return ir.Doc{}
}

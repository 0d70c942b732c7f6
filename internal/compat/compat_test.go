package compat_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/eventgen/eventgen/internal/compat"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

var update = flag.Bool("update", false, "write the findings into the cases")

// Each rule has a case testdata/RULE.txtar: the module before (old/), the module after a change
// that breaks somebody (new/), the module after a change of the same kind that does not break that
// rule (twin/), and the findings of both. Most twins have none; some change a Go type, which the
// rule about Go types tells. A case may have settings in old/settings and so on.
func TestRules(t *testing.T) {
	all := &felt{rules: map[string]map[string]bool{}}
	t.Cleanup(func() { all.asDocumented(t) })
	names := map[string]bool{}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		names[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule(t, file, name, all)
		})
	}
	for _, r := range diag.Rules {
		if !names[string(r.Code)] {
			t.Errorf("rule %s has no case", r.Code)
		}
	}
}

func rule(t *testing.T, file, name string, all *felt) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before := model(t, archive, "old")
	after := model(t, archive, "new")
	found, unused := compat.Compare(before, after)
	expect(t, archive, "findings", text(found))
	expect(t, archive, "unused", warnings(unused))
	twin, _ := compat.Compare(before, model(t, archive, "twin"))
	expect(t, archive, "twin-findings", text(twin))
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, known := diag.Lookup(diag.Code(name)); known && !slices.ContainsFunc(found, func(f compat.Finding) bool { return string(f.Rule) == name }) {
		t.Errorf("the change is not found")
	}
	fingerprints(t, before, after, found)
	all.add(found)
	all.add(twin)
	if slices.ContainsFunc(twin, func(f compat.Finding) bool { return string(f.Rule) == name }) {
		t.Errorf("the harmless twin breaks the rule:\n%s", text(twin))
	}
	if same, _ := compat.Compare(before, before); len(same) > 0 {
		t.Errorf("no change is reported:\n%s", text(same))
	}
}

// expect compares got with a section of the case, which may be left out if it is empty.
func expect(t *testing.T, archive *txtar.Archive, section, got string) {
	t.Helper()
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == section })
	switch {
	case *update && i >= 0:
		archive.Files[i].Data = []byte(got)
	case *update && got != "":
		archive.Files = append(archive.Files, txtar.File{Name: section, Data: []byte(got)})
	case *update:
	case i < 0 && got != "":
		t.Errorf("no %s were expected:\n%s", section, got)
	case i >= 0 && got != string(archive.Files[i].Data):
		t.Errorf("%s:\n%s\nwant:\n%s", section, got, archive.Files[i].Data)
	}
}

// load reads the module of a case below a folder.
func model(t *testing.T, archive *txtar.Archive, folder string) *ir.Model {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.test/app\n\ngo 1.26\n\nrequire github.com/eventgen/eventgen v0.0.0\n\nreplace github.com/eventgen/eventgen => "+root+"\n")
	settings := ir.DefaultSettings()
	found := false
	for _, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, folder+"/")
		switch {
		case !ok:
		case name == "settings":
			for line := range strings.FieldsSeq(string(f.Data)) {
				set(t, &settings, line)
			}
		default:
			found = true
			write(name, string(f.Data))
		}
	}
	if !found {
		t.Fatalf("no files below %s", folder)
	}
	model, list, err := parse.Load(t.Context(), load.Options{
		Dir: dir, Patterns: []string{"./..."},
		Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off"),
	}, parse.Options{Settings: settings, Int64Stated: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Severity == diag.Error {
			t.Fatalf("%s: %s:%d: %s", folder, d.Pos.File, d.Pos.Line, d.Message)
		}
	}
	if len(model.Packages) == 0 {
		t.Fatalf("%s: no events", folder)
	}
	return model
}

func set(t *testing.T, s *ir.Settings, line string) {
	t.Helper()
	name, value, _ := strings.Cut(line, "=")
	switch name {
	case "nil":
		s.Nil = ir.NilMode(value)
	case "int64":
		s.Int64 = ir.Int64Mode(value)
	case "time":
		s.Time = ir.TimeMode(value)
	case "bytes":
		s.Bytes = ir.BytesMode(value)
	case "unknown":
		s.RefuseUnknown = value == "refuse"
	default:
		t.Fatalf("unknown setting %s", line)
	}
}

func text(findings []compat.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		place := ""
		if f.Pos.IsValid() {
			place = fmt.Sprintf("%s:%d:%d: ", filepath.Base(f.Pos.File), f.Pos.Line, f.Pos.Column)
		}
		fmt.Fprintf(&b, "%s%s %v %v %v: %s\n", place, f.Rule, f.Levels, f.Sides, f.Events, f.Message)
		if f.Accepted != nil {
			fmt.Fprintf(&b, "  accepted: %s\n", f.Accepted.Reason)
		}
	}
	return b.String()
}

func warnings(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n", filepath.Base(d.Pos.File), d.Pos.Line, d.Pos.Column, d.Severity, d.Message, d.Code)
	}
	return b.String()
}

// What is accepted is a warning that says why, and asks for nothing more.
func TestFindingAsDiagnostic(t *testing.T) {
	f := compat.Finding{Rule: diag.FieldRemoved, Message: "it is gone", Hint: "keep it", Events: []string{"a"}, Levels: []compat.Level{compat.Go}}
	d := f.Diagnostic()
	if d.Severity != diag.Error || d.Hint != "keep it" || !strings.Contains(d.Message, "it is gone") || strings.Contains(d.Message, "accepted") {
		t.Errorf("got %+v", d)
	}
	f.Accepted = &ir.Allow{Rule: string(diag.FieldRemoved), Reason: "nobody read it"}
	d = f.Diagnostic()
	if d.Severity != diag.Warning || d.Hint != "" || !strings.HasSuffix(d.Message, "; accepted: nobody read it") {
		t.Errorf("got %+v", d)
	}
}

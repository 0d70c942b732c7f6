package output

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/ir"
)

func event(name string) *ir.Event {
	return &ir.Event{
		Name: name, Go: "X", Decl: "X", From: ir.FromServer, To: ir.ToAny, Slow: ir.SlowResume, Throttle: time.Second,
		Payload: &ir.Type{Kind: ir.KindRef, Ref: "example.test/a.X"},
		Pos:     diag.Pos{File: "/machine/a.go", Line: 3, Column: 5},
		Options: map[string]diag.Pos{"throttle": {File: "/machine/a.go", Line: 3, Column: 9}},
	}
}

func pkg(dir, name string, events ...string) *ir.Package {
	p := &ir.Package{Path: "example.test/" + name, Name: name, Dir: filepath.Join(dir, name), Idents: []ir.Ident{{Name: "X"}}}
	for _, e := range events {
		p.Events = append(p.Events, event(name+":"+e))
	}
	p.Decls = []*ir.Decl{{ID: p.Path + ".X", Go: ir.GoName{Path: p.Path, Pkg: name, Name: "X"}, Type: &ir.Type{Kind: ir.KindStruct}}}
	return p
}

func model(packages ...*ir.Package) *ir.Model {
	m := &ir.Model{Settings: ir.DefaultSettings(), Packages: packages}
	for _, p := range packages {
		m.Covered = append(m.Covered, p.Dir)
	}
	return m
}

func TestLockRoundTrip(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "web", "ts")
	m := model(pkg(dir, "b", "two", "one<&>"), pkg(dir, "a", "one"))
	m.Packages[0].Doc.Text = "Package b."
	lock, err := NewLock(out, m)
	must(t, err)
	must(t, lock.Own(out, []string{filepath.Join(out, "events.gen.ts"), filepath.Join(out, "client", "index.ts")}))
	file, err := lock.File(out)
	must(t, err)
	if !json.Valid(file.Content) || strings.Contains(string(file.Content), "machine") || strings.Contains(string(file.Content), `"pos"`) {
		t.Fatalf("lock file:\n%s", file.Content)
	}
	must(t, os.MkdirAll(out, 0o777))
	must(t, os.WriteFile(file.Path, file.Content, 0o666))

	again, err := ReadLock(out)
	must(t, err)
	if second, err := again.File(out); err != nil || string(second.Content) != string(file.Content) {
		t.Errorf("read and written again (%v):\n%s\nwant\n%s", err, second.Content, file.Content)
	}
	if got := again.Model(); len(got.Packages) != 2 || got.Packages[0].Dir != filepath.Join(dir, "a") || got.Packages[1].Events[1].Name != "b:one<&>" {
		t.Errorf("model %+v", got.Packages)
	}
	var owned []string
	for _, path := range again.Owned(out) {
		rel, _ := filepath.Rel(dir, path)
		owned = append(owned, filepath.ToSlash(rel))
	}
	slices.Sort(owned)
	if want := []string{"a/events_codec_gen.go", "a/events_gen.go", "b/events_codec_gen.go", "b/events_gen.go", "web/ts/client/index.ts", "web/ts/events.gen.ts"}; !slices.Equal(owned, want) {
		t.Errorf("owned %v, want %v", owned, want)
	}
	if m.Packages[0].Events[0].Pos.File == "" {
		t.Error("the model lost its positions")
	}
}

// TestLockSplit: a lock is read by its lines as it is read by its JSON, and a file that somebody has
// merged by hand is never taken apart wrongly.
func TestLockSplit(t *testing.T) {
	dir := t.TempDir()
	lock, err := NewLock(dir, model(pkg(dir, "a", "one"), pkg(dir, "b", "two", "three"), pkg(dir, "c")))
	must(t, err)
	must(t, lock.Own(dir, []string{filepath.Join(dir, "events.gen.ts")}))
	file, err := lock.File(dir)
	must(t, err)
	text := string(file.Content)

	var want lockJSON
	must(t, decodeStrictly(file.Content, &want))
	got, ok := splitLock(file.Content)
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("taken apart: %v\n%+v\nwant\n%+v", ok, got, want)
	}
	for name, damaged := range map[string]string{
		"a conflict in a package":   strings.Replace(text, "  {\"name\":\"b:two\"", "<<<<<<< ours\n  {\"name\":\"b:two\"", 1),
		"a conflict at a package":   strings.Replace(text, "{\"path\": \"example.test/b\"", "=======\n{\"path\": \"example.test/b\"", 1),
		"no comma between packages": strings.Replace(text, "]},\n{", "]}\n{", 1),
		"an unknown setting":        strings.Replace(text, "\"settings\": {", "\"settings\": {\"x\":1,", 1),
		"lines in another form":     strings.ReplaceAll(text, "\n  {", "\n{"),
		"line ends of Windows":      strings.ReplaceAll(text, "\n", "\r\n"),
		"its end is missing":        text[:len(text)-4],
		"something after its end":   text + "{}",
	} {
		if damaged == text {
			t.Fatalf("%s: nothing is damaged in\n%s", name, text)
		}
		if _, ok := splitLock([]byte(damaged)); ok {
			t.Errorf("%s is taken apart:\n%s", name, damaged)
		}
	}
	for _, damaged := range []string{text + "{}", strings.Replace(text, "]},\n{", "]} x\n},\n{", 1)} {
		if _, err := ParseLock([]byte(damaged)); err == nil {
			t.Errorf("read in spite of its damage:\n%s", damaged)
		}
	}
}

func TestLockOfAnotherVersion(t *testing.T) {
	_, err := ParseLock([]byte("{\n\"eventgen\": 7,\n\"settings\": {},\n\"files\": [],\n\"packages\": []\n}\n"))
	if err == nil || err.Error() != "it has format 7, not 1: another version of eventgen wrote it" {
		t.Error(err)
	}
}

func TestLockEmpty(t *testing.T) {
	lock, err := NewLock("/x", &ir.Model{Settings: ir.DefaultSettings()})
	must(t, err)
	file, err := lock.File("/x")
	must(t, err)
	if lines := strings.Split(string(file.Content), "\n"); len(lines) != 7 || lines[1] != `"eventgen": 1,` || lines[3] != `"files": [],` || lines[4] != `"packages": []` {
		t.Errorf("an empty lock is written as\n%s", file.Content)
	}
	if again, err := ParseLock(file.Content); err != nil || len(again.Packages)+len(again.Files) > 0 {
		t.Errorf("%v: %s", err, file.Content)
	}
	if none, err := ReadLock(t.TempDir()); err != nil || len(none.Owned("/x")) > 0 {
		t.Errorf("without a lock: %v, %v", none, err)
	}
}

// TestLockLines: two branches that add an event each must merge.
func TestLockLines(t *testing.T) {
	dir := t.TempDir()
	lines := func(events ...string) []string {
		lock, err := NewLock(dir, model(pkg(dir, "a", events...)))
		must(t, err)
		file, err := lock.File(dir)
		must(t, err)
		return strings.Split(string(file.Content), "\n")
	}
	few, more := lines("a", "c"), lines("a", "b", "c")
	if len(more) != len(few)+1 {
		t.Errorf("an event takes %d lines, want 1", len(more)-len(few))
	}
	for _, line := range few {
		if !slices.Contains(more, line) {
			t.Errorf("adding an event changes the line %s", line)
		}
	}
}

func TestReadLockBroken(t *testing.T) {
	for _, text := range []string{"", "<<<<<<< ours\n", "[]", `{"eventgen": 2}`, `{"eventgen": 1, "new": 1}`, `{"eventgen": 1, "packages": 3}`} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, LockName), []byte(text), 0o666))
		_, err := ReadLock(dir)
		var e *Error
		if !errors.As(err, &e) || e.Hint == "" || e.Path != filepath.Join(dir, LockName) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestJoin(t *testing.T) {
	dir := t.TempDir()
	annotated := "package x\n\n//eventgen:event\ntype X struct{}\n"
	tree{
		"kept/x.go":               annotated,
		"loaded/x.go":             annotated,
		"plain/x.go":              "package x\n",
		"plain/x_test.go":         annotated,
		"plain/" + gen.GoFileName: generated("//eventgen:event"),
		"emptied/x.go":            annotated, // the run covered it and found none, by a build tag perhaps
		"moved/x.go":              annotated,
	}.write(t, dir)
	lock := &Lock{}
	for _, name := range []string{"deleted", "emptied", "kept", "loaded", "moved", "plain"} {
		lock.Packages = append(lock.Packages, LockedPackage{Package: pkg(dir, name, "old")})
	}
	moved := pkg(dir, "moved", "new")
	moved.Path = "example.test/renamed"
	loaded := model(pkg(dir, "loaded", "new"), moved, pkg(dir, "another", "new"))
	loaded.Covered = append(loaded.Covered, filepath.Join(dir, "emptied"))

	joined, list := lock.Join(loaded)
	var got []string
	for _, p := range joined.Packages {
		got = append(got, p.Path+" "+p.Events[0].Name)
	}
	want := []string{"example.test/another another:new", "example.test/kept kept:old", "example.test/loaded loaded:new", "example.test/renamed moved:new"}
	if !slices.Equal(got, want) || len(list) > 0 {
		t.Errorf("got %q, %v\nwant %q", got, list, want)
	}
}

func TestJoinDuplicate(t *testing.T) {
	dir := t.TempDir()
	tree{"kept/x.go": "//eventgen:event"}.write(t, dir)
	kept := pkg(dir, "kept", "one")
	kept.Events[0].Name = "same"
	loaded := model(pkg(dir, "loaded", "one"))
	loaded.Packages[0].Events[0].Name = "same"
	_, list := (&Lock{Packages: []LockedPackage{{Package: kept}}}).Join(loaded)
	if len(list) != 1 || list[0].Code != diag.DuplicateEvent || list[0].Pos.Line != 3 || !strings.Contains(list[0].Message, "example.test/kept") {
		t.Errorf("got %v", list)
	}
}

// TestLockWhole writes and reads a package with everything in it, whatever the model grows.
func TestLockWhole(t *testing.T) {
	p := new(ir.Package)
	fill(reflect.ValueOf(p).Elem(), 0)
	want := p.WithoutPositions()
	lock := &Lock{Packages: []LockedPackage{{Package: want, Rel: "."}}}
	file, err := lock.File("/x")
	must(t, err)
	again, err := ParseLock(file.Content)
	must(t, err)
	wantText, err := json.Marshal(want)
	must(t, err)
	gotText, err := json.Marshal(again.Packages[0].Package)
	must(t, err)
	if string(gotText) != string(wantText) {
		t.Error("the lock file drops or changes a part of the package")
	}
}

func fill(v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[diag.Pos]() {
		v.Set(reflect.ValueOf(diag.Pos{File: "/machine/x.go", Line: 1}))
		return
	}
	if depth > 14 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		if depth > 11 {
			return // or its element would be nil
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, depth+1)
		}
	}
}

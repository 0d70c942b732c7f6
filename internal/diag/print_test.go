package diag

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func printed(t *testing.T) (List, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "app", "a.go")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	source := "package a\n\ntype A struct {\n\tÜber chan int `json:\"x\"`\n}\r\n"
	if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	return List{
		{
			Severity: Error, Code: "unsupported-type", Pos: Pos{File: file, Line: 4, Column: 8, EndColumn: 16},
			Message: "field Über has type chan int, which JSON cannot carry", Hint: "leave it out: `json:\"-\"`",
			Related: []Related{{Pos: Pos{File: file, Line: 3, Column: 6}, Message: "reached from here"}},
		},
		{Severity: Warning, Pos: Pos{File: filepath.Join(dir, "gone.go"), Line: 1}, Message: "50%, at most"},
		{Severity: Error, Message: "nowhere"},
		{Severity: Error, Pos: Pos{File: file, Line: 5, Column: 9}, Message: "behind the line's end"},
		{Severity: Error, Pos: Pos{File: file, Line: 1, Column: 1, EndColumn: 10}, Message: "the whole first line"},
		{Severity: Error, Pos: Pos{File: file, Line: 1, Column: 10}, Message: "at the line's end"},
		{Severity: Error, Pos: Pos{File: file, Line: 1, Column: 11}, Message: "one behind it"},
		{Severity: Error, Pos: Pos{File: file, Line: 7, Column: 1}, Message: "behind the last line"},
		{Severity: Error, Pos: Pos{File: file, Line: 2, Column: 1}, Message: "an empty line"},
	}, dir
}

func TestWriteText(t *testing.T) {
	list, dir := printed(t)
	var out strings.Builder
	if err := list.WriteText(&out, dir); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`app/a.go:4:8: error: field Über has type chan int, which JSON cannot carry [unsupported-type]
    	Über chan int 'json:"x"'
    	     ^~~~~~~~
hint: leave it out: 'json:"-"'
app/a.go:3:6: note: reached from here
    type A struct {
         ^
gone.go:1: warning: 50%, at most
error: nowhere
app/a.go:5:9: error: behind the line's end
app/a.go:1:1: error: the whole first line
    package a
    ^~~~~~~~~
app/a.go:1:10: error: at the line's end
    package a
             ^
app/a.go:1:11: error: one behind it
app/a.go:7:1: error: behind the last line
app/a.go:2:1: error: an empty line
`, "'json:\"x\"'", "`json:\"x\"`")
	want = strings.ReplaceAll(want, "'json:\"-\"'", "`json:\"-\"`")
	if got := filepath.ToSlash(out.String()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestWriteGitHub(t *testing.T) {
	list, dir := printed(t)
	var out strings.Builder
	if err := list.WriteGitHub(&out, dir); err != nil {
		t.Fatal(err)
	}
	want := "::error file=app/a.go,line=4,col=8,endColumn=16,title=unsupported-type::field Über has type chan int, which JSON cannot carry%0Ahint: leave it out: `json:\"-\"`%0Aapp/a.go:3:6: reached from here\n" +
		"::warning file=gone.go,line=1::50%25, at most\n" +
		"::error ::nowhere\n" +
		"::error file=app/a.go,line=5,col=9::behind the line's end\n" +
		"::error file=app/a.go,line=1,col=1,endColumn=10::the whole first line\n" +
		"::error file=app/a.go,line=1,col=10::at the line's end\n" +
		"::error file=app/a.go,line=1,col=11::one behind it\n" +
		"::error file=app/a.go,line=7,col=1::behind the last line\n" +
		"::error file=app/a.go,line=2,col=1::an empty line\n"
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestRelative(t *testing.T) {
	list, dir := printed(t)
	got := list.Relative(dir)
	if got[0].Pos.File != "app/a.go" || got[0].Related[0].Pos.File != "app/a.go" || got[2].Pos.File != "" {
		t.Errorf("got %v", got)
	}
	if !filepath.IsAbs(list[0].Pos.File) || !filepath.IsAbs(list[0].Related[0].Pos.File) {
		t.Error("the list itself was changed")
	}
	text, err := json.Marshal(got[2])
	if err != nil || string(text) != `{"severity":"error","code":"","pos":{},"message":"nowhere"}` {
		t.Errorf("%s, %v", text, err)
	}
}

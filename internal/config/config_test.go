package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"

	"github.com/eventgen/eventgen/internal/ir"
)

func TestParse(t *testing.T) {
	dir := t.TempDir()
	got, list := Parse(filepath.Join(dir, FileName), []byte(`
packages: [./internal/..., ./app]
ts: web/src/events
hooks: [vue, react]
decoders: true
nil: empty
int64: bigint
time: date
bytes: uint8array
unknown: refuse
runtime: package
importExtension: js
transports: sse
types:
  github.com/google/uuid.UUID: string
  example.com/app.Money: "{ cents: number }"
tags: integration
`))
	if len(list) > 0 {
		t.Fatal(list)
	}
	want := &Config{
		Path:     filepath.Join(dir, FileName),
		Packages: []string{"./internal/...", "./app"},
		Outputs: []Output{{
			TS: filepath.Join(dir, "web", "src", "events"), Hooks: []string{"react", "vue"}, Decoders: true,
			Runtime: RuntimePackage, ImportExtension: ExtensionJS, Transports: []string{"sse"},
		}},
		Settings:    ir.Settings{Nil: ir.NilEmpty, Int64: ir.Int64BigInt, Time: ir.TimeDate, Bytes: ir.BytesArray, RefuseUnknown: true},
		Int64Stated: true,
		Types:       map[string]string{"github.com/google/uuid.UUID": "string", "example.com/app.Money": "{ cents: number }"},
		TypesAt: map[string]diag.Pos{
			"github.com/google/uuid.UUID": {File: filepath.Join(dir, FileName), Line: 15, Column: 3, EndColumn: 30},
			"example.com/app.Money":       {File: filepath.Join(dir, FileName), Line: 16, Column: 3, EndColumn: 24},
		},
		Tags: []string{"integration"},
	}
	want.top = want.Outputs[0]
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseOutputs(t *testing.T) {
	got, list := Parse("/x/eventgen.yaml", []byte(`
packages: [./download, ./session]
int64: string
outputs:
  - {ts: web/events, hooks: [react]}
  - {ts: admin/events, packages: ./session, decoders: true, transports: [sse]}
`))
	if len(list) > 0 {
		t.Fatal(list)
	}
	web, admin := defaultOutput(), defaultOutput()
	web.TS, web.Hooks = "/x/web/events", []string{"react"}
	admin.TS, admin.Packages, admin.Decoders, admin.Transports = "/x/admin/events", []string{"./session"}, true, []string{"sse"}
	if want := []Output{web, admin}; !reflect.DeepEqual(got.Outputs, want) {
		t.Errorf("got  %+v\nwant %+v", got.Outputs, want)
	}
	if got.Settings.Int64 != ir.Int64String {
		t.Errorf("int64 is %s", got.Settings.Int64)
	}
	if want := []string{"./download", "./session"}; !reflect.DeepEqual(got.Patterns(), want) {
		t.Errorf("packages %v, want %v", got.Patterns(), want)
	}
}

func TestTakes(t *testing.T) {
	for _, test := range []struct {
		pattern, dir string
		want         bool
	}{
		{"./session", "/x/session", true},
		{"./session", "/x/session/inner", false},
		{"./session", "/x/sessions", false},
		{"./session/...", "/x/session", true},
		{"./session/...", "/x/session/inner", true},
		{"./session/...", "/x/sessions", false},
		{"./s...", "/x/session", true},
		{"./.../events", "/x/a/b/events", true},
		{"./...", "/x", true},
		{".", "/x", true},
		{"../y", "/y", true},
		{"/x/session", "/x/session", true},
		{"./a.b", "/x/aab", false},
		{"example.test/app/session", "/x/session", true},
		{"example.test/app/...", "/x/session", true},
		{"example.test/other/...", "/x/session", false},
	} {
		o := Output{Packages: []string{test.pattern}}
		path := "example.test/app" + strings.TrimPrefix(test.dir, "/x")
		if got := o.Takes("/x", test.dir, path); got != test.want {
			t.Errorf("%s takes %s: %t, want %t", test.pattern, test.dir, got, test.want)
		}
	}
	if o := (Output{}); !o.Takes("/x", "/y", "z") {
		t.Error("an output without packages does not take all")
	}
}

func TestSelect(t *testing.T) {
	c, list := Parse("/x/eventgen.yaml", []byte("outputs: [{ts: a, hooks: react}, {ts: b, hooks: vue}]"))
	if len(list) > 0 {
		t.Fatal(list)
	}
	if _, err := c.Output("--hooks"); err == nil || !strings.Contains(err.Error(), "--hooks concerns one output") {
		t.Errorf("a flag for one of two outputs: %v", err)
	}
	if c.Select("/x/b"); len(c.Outputs) != 1 || !reflect.DeepEqual(c.Outputs[0].Hooks, []string{"vue"}) {
		t.Errorf("selected %+v", c.Outputs)
	}
	if c.Select(""); len(c.Outputs) != 0 {
		t.Errorf("selected %+v for no directory", c.Outputs)
	}
}

func TestParseEmpty(t *testing.T) {
	for _, src := range []string{"", "# nothing yet\n", "\ufeff\n", "---\n"} {
		got, list := Parse("/x/eventgen.yaml", []byte(src))
		if len(list) > 0 {
			t.Errorf("%q: %v", src, list)
		}
		got.Path = ""
		if !reflect.DeepEqual(got, Default()) {
			t.Errorf("%q: got %+v", src, got)
		}
	}
}

func TestParseMistakes(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"hoks: [react]", `1:1-5 unknown setting "hoks" | did you mean "hooks"? The settings are packages, outputs, ts, hooks, decoders, runtime, importExtension, transports, nil, int64, time, bytes, unknown, types, tags`},
		{"ts: a\nhooks: [react, 'veu']", `2:16-21 unknown framework "veu" | did you mean "vue"? The frameworks are react, vue, svelte, solid`},
		{"int64: 64", `1:8-10 unknown value "64" | the values are number, string, bigint`},
		{"decoders: yess", `1:11-15 want true or false, found "yess"`},
		{"ts:", `1:1-3 setting "ts" has no value | give it a value or remove the line`},
		{"ts: [a]", `1:5-0 want a directory, found a list`},
		{"outputs: [{ts: a}]\nhooks: [react]", `2:1-6 "hooks" at the top is for a file with one output, and this file has outputs | move it into each output that it is for`},
		{"ts: a\noutputs: [{ts: b}]", `1:1-3 "ts" at the top is for a file with one output, and this file has outputs | move it into each output that it is for`},
		{"outputs: [{ts: a, int64: string}]", `1:19-24 unknown setting of an output "int64" | write it at the top of the file: it is the same for all outputs`},
		{"outputs: [{ts: a, hoks: react}]", `1:19-23 unknown setting of an output "hoks" | did you mean "hooks"? The settings of an output are ts, hooks, decoders, runtime, importExtension, transports, packages`},
		{"outputs: [{hooks: react}]", `1:11-0 the output has no directory | write ts: and the directory`},
		{"outputs: [{ts: a}, {ts: ./a}]", `1:25-28 two outputs have one directory`},
		{"outputs: web/events", `1:10-20 want a list of outputs, found "web/events" | write lines such as "- {ts: web/events, hooks: [react]}" below it`},
		{"ts: a\nts: b", `2:1-3 "ts" is set twice`},
		{"- a", `1:1-0 the configuration is a list, not a mapping of settings | write lines of the form "key: value", such as "ts: web/src/events"`},
		{"types: string", `1:8-14 want a mapping from Go types to TypeScript, found "string" | write lines such as "github.com/google/uuid.UUID: string" below it`},
		{"types: {uuid: string}", `1:9-13 "uuid" does not name a Go type | write the import path, a dot and the name: github.com/google/uuid.UUID`},
		{"types: {a/b.C: [x]}", `1:16-0 want a TypeScript type, found a list`},
		{"hooks: [react\nts: a", `2:3-0 while parsing a flow sequence: did not find expected ',' or ']'`},
		{"nil: empty\n? [a]\n: b", `2:3-0 a key has to be a word, not a list`},
		{"ts: a\n---\nts: b", `1:1-0 expected single document, found multiple`},
		{"types: {é.É: x, hooks: y}", `1:19-24 "hooks" does not name a Go type | write the import path, a dot and the name: github.com/google/uuid.UUID`},
	} {
		_, list := Parse("/x/eventgen.yaml", []byte(test.src))
		var got []string
		for _, d := range list {
			line := fmt.Sprintf("%d:%d-%d %s", d.Pos.Line, d.Pos.Column, d.Pos.EndColumn, d.Message)
			if d.Hint != "" {
				line += " | " + d.Hint
			}
			got = append(got, line)
			if d.Pos.File != "/x/eventgen.yaml" || d.Code != diag.Config {
				t.Errorf("%q: file %q, code %q", test.src, d.Pos.File, d.Code)
			}
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%q:\n got %s\nwant %s", test.src, strings.Join(got, "\n"), test.want)
		}
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	write := func(name string) string {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	outer := write("eventgen.yaml")
	write("app/go.mod")
	write("app/deep/er/x.go")
	inner := write("lib/eventgen.yaml")
	write("lib/go.mod")
	write("lib/pkg/x.go")
	write("work/eventgen.yaml")
	write("work/used/go.mod")
	write("work/used/pkg/x.go")
	write("work/unused/go.mod")
	work := write("work/go.work")
	if err := os.WriteFile(work, []byte("go 1.26\n\nuse ./used\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ dir, want string }{
		{".", outer},
		{"app/deep/er", ""}, // go.mod of app ends the search
		{"lib", inner},
		{"lib/pkg", inner},
		{"work/used/pkg", filepath.Join(root, "work", "eventgen.yaml")}, // its workspace goes on
		{"work/unused", ""},
	} {
		got, err := Find(filepath.Join(root, filepath.FromSlash(test.dir)))
		if err != nil || got != test.want {
			t.Errorf("Find(%q) = %q, %v, want %q", test.dir, got, err, test.want)
		}
	}
}

func TestSet(t *testing.T) {
	c := Default()
	for name, value := range map[string]string{"nil": "empty", "int64": "string", "time": "date", "bytes": "uint8array", "unknown": "refuse", "runtime": "package", "import-extension": "ts"} {
		if err := c.Set(name, value); err != nil {
			t.Error(err)
		}
	}
	want := ir.Settings{Nil: ir.NilEmpty, Int64: ir.Int64String, Time: ir.TimeDate, Bytes: ir.BytesArray, RefuseUnknown: true}
	if c.Settings != want || c.top.Runtime != RuntimePackage || c.top.ImportExtension != ExtensionTS {
		t.Errorf("got %+v", c)
	}
	err := c.Set("int64", "strng")
	if err == nil || err.Error() != `--int64: unknown value "strng": did you mean "string"? The values are number, string, bigint` {
		t.Error(err)
	}
}

func TestWords(t *testing.T) {
	got, err := Words("framework", []string{"vue", "react", "vue"}, Hooks)
	if err != nil || !reflect.DeepEqual(got, []string{"react", "vue"}) {
		t.Error(got, err)
	}
	if _, err := Words("framework", []string{"raect"}, Hooks); err == nil || !strings.Contains(err.Error(), `did you mean "react"`) {
		t.Error(err)
	}
}

// TestCheckType: a type is named by an import path, a dot and a name.
func TestCheckType(t *testing.T) {
	for name, valid := range map[string]bool{
		"github.com/google/uuid.UUID": true, "time.Time": true, "example.com/a.b/c.D": true, "gopkg.in/x.v1.Y": true,
		"": false, "Money": false, "example.com/app/Money": false, ".Money": false, "example.com/app/.Money": false,
		"example.com/app.": false, "*time.Time": false, "[]time.Time": false, "time. Time": false, "time.\tTime": false,
	} {
		if err := CheckType(name); (err == nil) != valid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

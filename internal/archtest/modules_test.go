package archtest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ownModules are the modules of their own that users may import, and what each may require directly, with the reason.
var ownModules = map[string]map[string]string{
	"runtime/desktop/wails2": {"github.com/wailsapp/wails/v2": "the events of its window"},
	"runtime/otelevents": {
		"go.opentelemetry.io/otel":            "the conventions, and where metrics and spans go by default",
		"go.opentelemetry.io/otel/metric":     "metrics",
		"go.opentelemetry.io/otel/sdk":        "its tests read spans in memory",
		"go.opentelemetry.io/otel/sdk/metric": "its tests read metrics in memory",
		"go.opentelemetry.io/otel/trace":      "spans",
	},
	"runtime/natsbroker":  {"github.com/nats-io/nats.go": "the client of NATS"},
	"runtime/redisbroker": {"github.com/redis/rueidis": "the client of Redis"},
}

// TestModules: modules of their own require what is named here, and import public packages of this one.
func TestModules(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "../../runtime/**/go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for file := range strings.FieldsSeq(string(out)) {
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(file)), "../../")
		allowed, ok := ownModules[dir]
		if !ok {
			t.Errorf("%s is a module: name here what it may require", dir)
			continue
		}
		found++
		for _, mod := range list[goMod](t, "mod", "edit", "-json", file) {
			for _, r := range mod.Require {
				if !r.Indirect && r.Path != module && allowed[r.Path] == "" {
					t.Errorf("%s requires %s: name it here, with the reason", file, r.Path)
				}
			}
		}
		for _, p := range list[goPackage](t, "-C", filepath.Join("..", "..", dir), "list", "-json=ImportPath,Imports", "./...") {
			for _, imported := range p.Imports {
				if strings.HasPrefix(imported, module+"/") && strings.Contains(imported, "/internal/") && !below(imported, module+"/"+dir) {
					t.Errorf("%s imports %s, which is internal", p.ImportPath, imported)
				}
			}
		}
	}
	if found != len(ownModules) {
		t.Errorf("%d of %d modules are there", found, len(ownModules))
	}
}

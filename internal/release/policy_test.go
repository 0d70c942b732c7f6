package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPolicy: the numbers in docs/compatibility.md are those that the repository is built with.
func TestPolicy(t *testing.T) {
	r := repository{dir: filepath.Join("..", "..")}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	policy := read("docs/compatibility.md")
	says := func(format string) {
		t.Helper()
		if !strings.Contains(policy, format) {
			t.Errorf("docs/compatibility.md does not say %q", format)
		}
	}
	modules, err := r.modules()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		says("| Go | " + strings.TrimSuffix(m.file.Go.Version, ".0") + " and later |")
	}
	wails := regexp.MustCompile(`github.com/wailsapp/wails/v2 v(\d+\.\d+)`).FindStringSubmatch(read("runtime/desktop/wails2/go.mod"))
	if wails == nil {
		t.Fatal("runtime/desktop/wails2 does not require Wails")
	}
	says("| Wails v2 | " + wails[1] + " and later |")
	published := regexp.MustCompile(`of Wails v(\S+) \(`).FindStringSubmatch(read("runtime/desktop/wails3/testdata/application.go.txt"))
	if published == nil {
		t.Fatal("the copy of Wails v3 does not say of which version it is")
	}
	says("| Wails v3 | " + published[1] + " |")
	var manifest struct {
		Engines map[string]string `json:"engines"`
		Peers   map[string]string `json:"peerDependencies"`
		Dev     map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal([]byte(read("runtime/ts/package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	says("| " + strings.TrimPrefix(manifest.Engines["node"], ">=") + " and later |")
	for name, dep := range map[string]string{"React": "react", "Vue": "vue", "Svelte": "svelte", "Solid": "solid-js"} {
		says("| " + name + " | " + strings.TrimPrefix(manifest.Peers[dep], ">=") + " and later |")
	}
	minor := regexp.MustCompile(`@(\d+\.\d+)\.\d+$`)
	says("| TypeScript | " + minor.FindStringSubmatch(manifest.Dev["typescript"])[1] + " and " + minor.FindStringSubmatch(manifest.Dev["@typescript/native"])[1] + " |")
	target := regexp.MustCompile(`"target": "(\w+)"`).FindStringSubmatch(read("runtime/ts/tsconfig.json"))
	if target == nil {
		t.Fatal("tsconfig.json has no target")
	}
	says("compiled to " + target[1])
	protocol := regexp.MustCompile(`eventgen\.v\d+`)
	server := protocol.FindString(read(protocolFile(t, r.dir)))
	client := protocol.FindString(read("runtime/ts/src/ws.ts"))
	if server == "" || server != client {
		t.Errorf("the server speaks %q, the client %q", server, client)
	}
	says("| Protocol | `" + server + "` |")
	workflow := read(".github/workflows/ci.yml")
	for _, setting := range []string{"go-version-file: go.mod", "node-version: " + strings.TrimPrefix(manifest.Engines["node"], ">=")} {
		if !strings.Contains(workflow, setting) {
			t.Errorf("ci.yml has no %q", setting)
		}
	}
}

// protocolFile is the Go file that names the subprotocol, wherever it stands.
func protocolFile(t *testing.T, dir string) string {
	t.Helper()
	var found string
	err := filepath.WalkDir(filepath.Join(dir, "runtime"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			text, err := os.ReadFile(path)
			if err == nil && regexp.MustCompile(`(?m)^(const|\s+)\s*Protocol\s+= "eventgen\.v`).Match(text) {
				found, _ = filepath.Rel(dir, path)
			}
		}
		return nil
	})
	if err != nil || found == "" {
		t.Fatalf("no Go file names the protocol: %v", err)
	}
	return found
}

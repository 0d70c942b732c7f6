// Package schematest asks validators of others, in tests, what they think of exported schemas:
// ajv of JSON Schema, @asyncapi/parser of AsyncAPI.
package schematest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A Request is what is to be checked.
type Request struct {
	Schemas  []Schema   `json:"schemas,omitempty"`
	AsyncAPI []AsyncAPI `json:"asyncapi,omitempty"`
}

// A Schema is a JSON Schema document, whose examples have to be valid.
type Schema struct {
	Name    string          `json:"name"`
	Schema  json.RawMessage `json:"schema"`
	Samples []Sample        `json:"samples"`
}

// Sample is what is known of the payload of one event.
type Sample struct {
	Event     string   `json:"event"`     // its wire name
	Documents []string `json:"documents"` // JSON that occurs
	Never     []string `json:"never"`     // expressions of JavaScript that do not
}

// AsyncAPI is a document, with the same one in the other format.
type AsyncAPI struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Same string `json:"same,omitempty"`
}

// Check returns the problems that the validators have found. The test fails where they are not
// installed.
func Check(t testing.TB, r Request) []string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "testdata")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "ajv")); err != nil {
		t.Fatal("the schema validators are not installed: run make deps")
	}
	request, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "check.mjs")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(string(request))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node check.mjs: %v\n%s", err, stderr.String())
	}
	var problems []string
	for line := range strings.Lines(string(out)) {
		problems = append(problems, strings.TrimSpace(line))
	}
	return problems
}

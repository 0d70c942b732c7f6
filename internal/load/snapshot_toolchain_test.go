package load

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestLinkerIDIsThatOfTheGoCommand(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() {}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	run("build", "-o", "program", ".")
	program, err := os.Open(filepath.Join(dir, "program"))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	id, err := linkerID(program)
	if err != nil {
		t.Fatal(err)
	}
	if want := run("tool", "buildid", "program"); want == "" || !strings.Contains(id, want) {
		t.Errorf("linkerID = %q, want what go tool buildid says: %q", id, want)
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/config"
)

// block is a fenced part of the README, with the text between it and the one before.
type block struct{ before, language, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func blocks(text string) []block {
	var out []block
	end := 0
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, block{before: text[end:m[0]], language: text[m[2]:m[3]], text: text[m[4]:m[5]]})
		end = m[1]
	}
	return out
}

// TestREADME walks the tour: it runs its commands, puts its files where the text says, and
// compares what it promises.
func TestREADME(t *testing.T) {
	repo := repository(t)
	dir := t.TempDir()
	const mod = "module example.com/app\n\ngo 1.26.0\n\nrequire github.com/eventgen/eventgen v0.0.0\n\nreplace github.com/eventgen/eventgen => REPO\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := moduleFiles(dir, repo); err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([A-Za-z/]+\\.(?:go|tsx?))`:\n\n$")
	output := ""
	for _, b := range blocks(readme(t)) {
		switch b.language {
		case "sh":
			output = shell(t, dir, b.text)
		case "output":
			if output != b.text {
				t.Errorf("the command prints %q, the README says %q", output, b.text)
			}
		case "go", "ts", "tsx":
			m := named.FindStringSubmatch(b.before)
			if m == nil {
				t.Fatalf("no file is named before\n%s", b.text)
			}
			path := filepath.Join(dir, filepath.FromSlash(m[1]))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(b.text), 0o666); err != nil {
				t.Fatal(err)
			}
		case "mistake":
			compareMistake(t, dir, b.text)
		case "yaml":
			if _, list := config.Parse(filepath.Join(dir, config.FileName), []byte(b.text)); len(list) > 0 {
				t.Errorf("the settings: %v", list)
			}
		default:
			t.Errorf("nothing is known about blocks of %s", b.language)
		}
	}
	shell(t, dir, "go vet ./...")
	typeCheck(t, repo, filepath.Join(dir, "web"))
}

func shell(t *testing.T, dir, text string) string {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), offline(t)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", text, err, out, stderr.String())
	}
	return string(out)
}

func compareMistake(t *testing.T, dir, want string) {
	t.Helper()
	path := filepath.Join(dir, "download", "download.go")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "key=ID", "key=Id", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	a := newApp(filepath.Dir(path), append(os.Environ(), offline(t)...), &stdout, &stderr)
	if status := a.run(t.Context(), []string{"check", "--ts", "../web"}); status != statusProblems {
		t.Errorf("status %d", status)
	}
	if got := stderr.String(); got != want {
		t.Errorf("the mistake prints\n%s\nthe README says\n%s", got, want)
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// typeCheck lets tsc read a folder as strictly as it can.
func typeCheck(t *testing.T, repo, dir string) {
	t.Helper()
	tsc := filepath.Join(repo, "runtime", "ts", "node_modules", ".bin", "tsc")
	if !exists(tsc) {
		t.Fatal("there is no tsc; run make deps")
	}
	if err := os.Symlink(filepath.Join(repo, "runtime", "ts", "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	settings := `{"extends": "` + filepath.ToSlash(filepath.Join(repo, "runtime", "ts", "tsconfig.json")) + `", "compilerOptions": {"jsx": "react-jsx", "isolatedDeclarations": false}, "include": ["."]}`
	if err := os.WriteFile(filepath.Join(dir, "tsconfig.json"), []byte(settings), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tsc, "-p", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestREADMELinks: what the README links to is there.
func TestREADMELinks(t *testing.T) {
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(readme(t), -1) {
		if !strings.Contains(m[1], "://") && !exists(filepath.Join(repository(t), filepath.FromSlash(m[1]))) {
			t.Errorf("%s does not exist", m[1])
		}
	}
}

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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

// TestREADME follows the README by its blocks: it runs the commands, puts files where the text says,
// makes the changes, and compares what is promised. What npm does is for examples/e2e/readme.spec.ts.
func TestREADME(t *testing.T) {
	first, byHand, ok := strings.Cut(readme(t), "## The same by hand")
	if !ok {
		t.Fatal("the README has no part by hand")
	}
	t.Run("first minute", func(t *testing.T) {
		t.Parallel()
		r := reader{repo: repository(t), dir: t.TempDir()}
		r.follow(t, first)
		shell(t, r.dir, "go vet ./...\ngo test ./...")
		checkPage(t, r.repo, filepath.Join(r.dir, "web"))
	})
	t.Run("by hand", func(t *testing.T) {
		t.Parallel()
		r := reader{repo: repository(t), dir: t.TempDir()}
		r.follow(t, byHand)
		shell(t, r.dir, "go vet ./...")
		typeCheck(t, r.repo, filepath.Join(r.dir, "web"))
	})
}

// reader follows the README in a directory, with the repository in place of a published version.
type reader struct{ repo, dir string }

// blockFile finds the file that a block is for: the last that the text before it names.
var blockFile = regexp.MustCompile("`([\\w./-]+\\.\\w+)`:\n\n$")

func (r *reader) follow(t *testing.T, text string) {
	t.Helper()
	for _, b := range blocks(text) {
		switch b.language {
		case "sh":
			for line := range strings.Lines(b.text) {
				r.run(t, strings.TrimSpace(line))
			}
		case "mistake":
			r.compareMistake(t, b.text)
		default:
			m := blockFile.FindStringSubmatch(b.before)
			if m == nil {
				t.Fatalf("no file is named before\n%s", b.text)
			}
			path := filepath.Join(r.dir, filepath.FromSlash(m[1]))
			if b.language == "diff" {
				change(t, path, b.text)
			} else if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(b.text), 0o666)); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.eventgen(t) // after the last change
}

// run runs a command of the README.
func (r *reader) run(t *testing.T, line string) {
	t.Helper()
	init, isInit := strings.CutPrefix(line, "go run github.com/eventgen/eventgen/cmd/eventgen@latest init ")
	program, _, _ := strings.Cut(line, " ")
	switch {
	case isInit:
		args := strings.Fields(init)
		args[len(args)-1] = r.dir
		r.eventgen(t, append([]string{"init", "--module", "example.com/app"}, args...)...)
	case strings.HasPrefix(line, "npm run "):
		manifest, err := os.ReadFile(filepath.Join(r.dir, "web", "package.json"))
		if err != nil || !strings.Contains(string(manifest), `"`+strings.TrimPrefix(line, "npm run ")+`": `) {
			t.Errorf("%s: there is no such script (%v)", line, err)
		}
	case program == "npm", program == "npx", program == "cd":
	case line == "go run .": // a server
		shell(t, r.dir, "go build -o "+os.DevNull+" .")
	case strings.HasPrefix(line, "go mod init "):
		shell(t, r.dir, line+"\ngo mod edit -require=github.com/eventgen/eventgen@v0.0.0 -replace=github.com/eventgen/eventgen="+r.repo)
	default:
		shell(t, r.dir, line)
	}
}

func (r *reader) eventgen(t *testing.T, args ...string) {
	t.Helper()
	var output strings.Builder
	a := newApp(r.dir, append(os.Environ(), offline(t)...), &output, &output)
	if status := a.run(t.Context(), args); status != statusDone {
		t.Fatalf("eventgen %v: status %d\n%s", args, status, output.String())
	}
}

// change makes the change of a diff without positions.
func change(t *testing.T, path, diff string) {
	t.Helper()
	var from, to strings.Builder
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			from.WriteString(line[1:])
		}
		if line[0] != '-' {
			to.WriteString(line[1:])
		}
	}
	replaceIn(t, path, from.String(), to.String())
}

func replaceIn(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), from) != 1 {
		t.Fatalf("%s does not have one\n%s", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
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

func (r *reader) compareMistake(t *testing.T, want string) {
	t.Helper()
	path := filepath.Join(r.dir, "download", "download.go")
	replaceIn(t, path, "key=ID", "key=Id")
	var stdout, stderr strings.Builder
	a := newApp(r.dir, append(os.Environ(), offline(t)...), &stdout, &stderr)
	if status := a.run(t.Context(), nil); status != statusProblems {
		t.Errorf("status %d", status)
	}
	if got := stderr.String(); got != want {
		t.Errorf("the mistake prints\n%s\nthe README says\n%s", got, want)
	}
	replaceIn(t, path, "key=Id", "key=ID")
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

// TestREADMELinks: what the README links to and shows is there.
func TestREADMELinks(t *testing.T) {
	for _, m := range regexp.MustCompile(`(?:\]\(|<img src="|srcset=")([^)#"]+)`).FindAllStringSubmatch(readme(t), -1) {
		if !strings.Contains(m[1], "://") && !exists(filepath.Join(repository(t), filepath.FromSlash(m[1]))) {
			t.Errorf("%s does not exist", m[1])
		}
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A guide says in a comment which template of init its code belongs to. The file that a block is
// for stands before it.
var (
	guideOf   = regexp.MustCompile(`<!-- code for: init --template (\w+) -->`)
	guideFile = regexp.MustCompile("(?s)`([\\w./-]+)`:\n\n```\\w+\n(.*?)\n```")
)

// TestGuides puts the code of each guide into the application that it is about: it compiles, and
// its Go tests pass. examples/e2e/templates.spec.ts does the same with what TypeScript needs more:
// the compilers of Vue and Svelte, and tests of the page.
func TestGuides(t *testing.T) {
	repo := repository(t)
	guides, err := filepath.Glob(filepath.Join(repo, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, guide := range guides {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		m := guideOf.FindSubmatch(text)
		if m == nil {
			continue
		}
		t.Run(filepath.Base(guide), func(t *testing.T) {
			t.Parallel()
			dir := initApplication(t, string(m[1]))
			files := guideFile.FindAllSubmatch(text, -1)
			if len(files) == 0 {
				t.Fatal("the guide has no code")
			}
			for _, f := range files {
				path := filepath.Join(dir, filepath.FromSlash(string(f[1])))
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, append(f[2], '\n'), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			var output strings.Builder
			a := newApp(dir, append(os.Environ(), offline(t)...), &output, &output)
			if status := a.run(t.Context(), nil); status != statusDone {
				t.Fatalf("eventgen: status %d\n%s", status, output.String())
			}
			shell(t, dir, "test -z \"$(gofmt -l . | tee /dev/stderr)\"\ngo vet ./...\ngo test ./...")
			if template := string(m[1]); template != "vue" && template != "svelte" && !strings.Contains(string(text), "npm install @") {
				checkPage(t, repo, filepath.Join(dir, "web"))
			}
		})
	}
}

// initApplication writes one of init's into a directory of its own.
func initApplication(t *testing.T, template string) string {
	t.Helper()
	dir := t.TempDir()
	var output strings.Builder
	a := newApp(dir, append(os.Environ(), offline(t)...), &output, &output)
	if status := a.run(t.Context(), []string{"init", "--template", template, "--module", "example.com/app"}); status != statusDone {
		t.Fatalf("status %d\n%s", status, output.String())
	}
	return dir
}

// checkPage lets tsc read the page of an application, with the packages of the client's tests.
func checkPage(t *testing.T, repo, web string) {
	t.Helper()
	modules := filepath.Join(repo, "runtime", "ts", "node_modules")
	if err := os.Remove(filepath.Join(web, "vite.config.ts")); err != nil {
		t.Fatal(err) // its plugins are not among the packages here
	}
	if err := os.Symlink(modules, filepath.Join(web, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(filepath.Join(modules, ".bin", "tsc"), "-p", web).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTemplateTypes: the pages that tsc can read agree with what is generated for them. All
// templates are built, run and opened by examples/e2e/templates.spec.ts; this takes seconds.
func TestTemplateTypes(t *testing.T) {
	repo := repository(t)
	for _, template := range []string{"react", "solid", "vanilla"} {
		t.Run(template, func(t *testing.T) {
			t.Parallel()
			checkPage(t, repo, filepath.Join(initApplication(t, template), "web"))
		})
	}
}

// TestDocsMap: docs/README.md leads to every page.
func TestDocsMap(t *testing.T) {
	docs := filepath.Join(repository(t), "docs")
	index, err := os.ReadFile(filepath.Join(docs, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(docs, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := filepath.Base(page); name != "README.md" && !strings.Contains(string(index), "]("+name+")") {
			t.Errorf("docs/README.md does not link to %s", name)
		}
	}
}

// TestDocsLinks: what a page links to is there.
func TestDocsLinks(t *testing.T) {
	docs := filepath.Join(repository(t), "docs")
	pages, err := filepath.Glob(filepath.Join(docs, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text = regexp.MustCompile("(?ms)^```.*?^```").ReplaceAll(text, nil) // f[T](x) is no link
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllSubmatch(text, -1) {
			if link := string(m[1]); !strings.Contains(link, "://") && !exists(filepath.Join(docs, filepath.FromSlash(link))) {
				t.Errorf("%s: %s does not exist", filepath.Base(page), link)
			}
		}
	}
}

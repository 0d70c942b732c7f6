package examples

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var names = []string{"quickstart", "multiwindow", "dashboard", "webhooks"}

// TestCopy copies each example out as the README says. The copy builds, its tests compile, and
// its generated code is fresh.
func TestCopy(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	steps := regexp.MustCompile("(?s)```sh\n(.*?)```").FindSubmatch(readme)[1]
	clone, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			script := strings.Replace(string(steps), "name=quickstart", "name="+name, 1)
			script += "rm -rf web/node_modules\ngo vet ./...\ngo tool eventgen check\n! grep -rI eventgen/examples .\n"
			cmd := exec.Command("bash", "-eu", "-c", script)
			cmd.Dir = clone
			cache, err := os.UserCacheDir()
			if err != nil {
				t.Fatal(err)
			}
			for _, variable := range []string{"GOMODCACHE", "GOCACHE", "GOPATH"} {
				value, err := exec.Command("go", "env", variable).Output()
				if err != nil {
					t.Fatal(err)
				}
				cmd.Env = append(cmd.Env, variable+"="+strings.TrimSpace(string(value)))
			}
			cmd.Env = append(append(os.Environ(), cmd.Env...), "HOME="+home, "XDG_CACHE_HOME="+cache, "GOFLAGS=-mod=mod")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestCopiesAgree: what two examples have a copy of is the same in both.
func TestCopiesAgree(t *testing.T) {
	for _, file := range []string{"page/bundle.go", "page/cable.go", "page/serve.go", "web/page.ts", "web/style.css"} {
		first, err := os.ReadFile(filepath.Join("quickstart", file))
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(filepath.Join("multiwindow", file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s differs between quickstart and multiwindow", file)
		}
	}
}

// TestReadmes: each example has a README, and the files that it names are there.
func TestReadmes(t *testing.T) {
	named := regexp.MustCompile("(?m)^\\| (`.*?) \\|")
	file := regexp.MustCompile("`([^`]+)`")
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(name, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		rows := named.FindAllSubmatch(text, -1)
		if len(rows) == 0 {
			t.Errorf("the README of %s names no files", name)
		}
		for _, row := range rows {
			for _, m := range file.FindAllSubmatch(row[1], -1) {
				if _, err := fs.Stat(os.DirFS(name), string(m[1])); err != nil {
					t.Errorf("the README of %s: %v", name, err)
				}
			}
		}
	}
}

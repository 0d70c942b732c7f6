package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// root is the path of the first module; the others lie below it.
const root = "github.com/eventgen/eventgen"

// npmDir is where the npm package lies.
const npmDir = "runtime/ts"

// repository is a clone to release from.
type repository struct{ dir string }

// module is one that users may import.
type module struct {
	dir  string // relative to the repository, with slashes; "." for the first
	file *modfile.File
}

// tag is the name that the go command looks for.
func (m module) tag(version string) string {
	if m.dir == "." {
		return version
	}
	return m.dir + "/" + version
}

func (r repository) git(args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// modules are those that are published: the first, and those of the runtime. Examples, tests and
// benchmarks are not.
func (r repository) modules() ([]module, error) {
	list, err := r.git("ls-files", "go.mod", "runtime/**/go.mod")
	if err != nil {
		return nil, err
	}
	var out []module
	for name := range strings.Lines(list) {
		name = strings.TrimSpace(name)
		if strings.Contains(name, "testdata/") {
			continue
		}
		src, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			return nil, err
		}
		file, err := modfile.Parse(name, src, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, module{dir: path.Dir(name), file: file})
	}
	return out, nil
}

// prepare writes the version into the changelog, the npm package, and the modules that require
// others of this repository.
func (r repository) prepare(version string) error {
	if !valid(version) {
		return fmt.Errorf("%q is no version such as v1.2.3", version)
	}
	modules, err := r.modules()
	if err != nil {
		return err
	}
	for _, m := range modules {
		changed := false
		for _, require := range m.file.Require {
			if own(require.Mod.Path) {
				if err := m.file.AddRequire(require.Mod.Path, version); err != nil {
					return err
				}
				changed = true
			}
		}
		if !changed {
			continue
		}
		m.file.Cleanup()
		if err := os.WriteFile(filepath.Join(r.dir, m.dir, "go.mod"), modfile.Format(m.file.Syntax), 0o666); err != nil {
			return err
		}
	}
	npm := exec.Command("npm", "version", "--no-git-tag-version", "--allow-same-version", strings.TrimPrefix(version, "v"))
	npm.Dir, npm.Stderr = filepath.Join(r.dir, npmDir), os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm version: %w", err)
	}
	return r.dateChangelog(version)
}

func (r repository) changelog() string { return filepath.Join(r.dir, "CHANGELOG.md") }

// dateChangelog gives what is unreleased its version and date.
func (r repository) dateChangelog(version string) error {
	text, err := os.ReadFile(r.changelog())
	if err != nil {
		return err
	}
	const heading = "## Unreleased\n"
	before, after, found := strings.Cut(string(text), heading)
	if !found {
		return fmt.Errorf("CHANGELOG.md has no %q", strings.TrimSpace(heading))
	}
	dated := fmt.Sprintf("%s%s\n## %s - %s\n%s", before, heading, version, time.Now().UTC().Format(time.DateOnly), after)
	return os.WriteFile(r.changelog(), []byte(dated), 0o666)
}

// notes returns the part of CHANGELOG.md that is about a version.
func (r repository) notes(version string) (string, error) {
	text, err := os.ReadFile(r.changelog())
	if err != nil {
		return "", err
	}
	for section := range strings.SplitSeq(string(text), "\n## ") {
		heading, body, _ := strings.Cut(section, "\n")
		if name, _, _ := strings.Cut(heading, " "); name == version {
			if body = strings.TrimSpace(body); body == "" {
				break
			}
			return body + "\n", nil
		}
	}
	return "", fmt.Errorf("CHANGELOG.md has no text for %s: run prepare, and commit what it writes", version)
}

// check returns what is wrong with a release of this version, before it is tagged or after.
func (r repository) check(version string) ([]string, error) {
	if !valid(version) {
		return []string{fmt.Sprintf("%q is no version such as v1.2.3", version)}, nil
	}
	var list []string
	if status, err := r.git("status", "--porcelain"); err != nil {
		return nil, err
	} else if status != "" {
		list = append(list, "the work tree has changes that are not committed")
	}
	if _, err := r.notes(version); err != nil {
		list = append(list, err.Error())
	}
	if got, err := r.npmVersion(); err != nil {
		return nil, err
	} else if "v"+got != version {
		list = append(list, fmt.Sprintf("%s/package.json has version %s", npmDir, got))
	}
	modules, err := r.modules()
	if err != nil {
		return nil, err
	}
	return append(list, r.checkModules(modules, version)...), nil
}

func (r repository) checkModules(modules []module, version string) (list []string) {
	for _, m := range modules {
		if want := path.Join(root, m.dir); m.file.Module.Mod.Path != want {
			list = append(list, fmt.Sprintf("%s/go.mod is of module %s, want %s", m.dir, m.file.Module.Mod.Path, want))
		}
		for _, require := range m.file.Require {
			if own(require.Mod.Path) && require.Mod.Version != version {
				list = append(list, fmt.Sprintf("%s/go.mod requires %s", m.dir, require.Mod))
			}
		}
		tags, err := r.git("tag", "--list", m.tag("v*"))
		if err != nil {
			return append(list, err.Error())
		}
		for tag := range strings.Lines(tags) {
			tag = strings.TrimSpace(tag)
			if there := path.Base(tag); there == version && r.isHead(tag) || semver.Compare(there, version) < 0 {
				continue // the release itself, or an older one
			}
			list = append(list, fmt.Sprintf("the tag %s is there already", tag))
		}
	}
	return list
}

func (r repository) isHead(tag string) bool {
	tagged, err := r.git("rev-parse", tag+"^{commit}")
	head, headErr := r.git("rev-parse", "HEAD")
	return err == nil && headErr == nil && tagged == head
}

func (r repository) npmVersion() (string, error) {
	text, err := os.ReadFile(filepath.Join(r.dir, npmDir, "package.json"))
	if err != nil {
		return "", err
	}
	var manifest struct {
		Version string `json:"version"`
	}
	err = json.Unmarshal(text, &manifest)
	return manifest.Version, err
}

// tag tags the commit for every module, all or none. Run again, it does what is left.
func (r repository) tag(version string) error {
	if err := problems(r.check(version)); err != nil {
		return err
	}
	modules, err := r.modules()
	if err != nil {
		return err
	}
	var made []string
	for _, m := range modules {
		name := m.tag(version)
		if there, err := r.git("tag", "--list", name); err == nil && there != "" {
			continue // from a run that was cut short: check has seen that it is this commit
		}
		if _, err := r.git("tag", "--annotate", "--message", name, name); err != nil {
			for _, name := range made {
				_, _ = r.git("tag", "--delete", name)
			}
			return err
		}
		made = append(made, name)
	}
	if len(made) == 0 {
		fmt.Println("all tags are there already")
		return nil
	}
	fmt.Printf("tagged %s\npush them: git push origin %s\n", strings.Join(made, ", "), strings.Join(made, " "))
	return nil
}

var release = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// valid reports whether the go command takes the version for a module whose path has no /v2.
func valid(version string) bool {
	major := semver.Major(version)
	return release.MatchString(version) && (major == "v0" || major == "v1")
}

// own reports whether a module is of this repository.
func own(modulePath string) bool {
	return modulePath == root || strings.HasPrefix(modulePath, root+"/")
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clone returns a clone of this repository, as committed.
func clone(t *testing.T) repository {
	t.Helper()
	r := repository{dir: filepath.Join(t.TempDir(), "clone")}
	run := func(dir, name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	run(".", "git", "clone", "-q", "--no-tags", "../..", r.dir)
	run(r.dir, "git", "config", "user.name", "release")
	run(r.dir, "git", "config", "user.email", "release@example.com")
	return r
}

func (r repository) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := r.git(args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRelease makes a release in a clone, and installs it as a user does.
func TestRelease(t *testing.T) {
	const version = "v1.9.9"
	r := clone(t)
	if err := r.tag(version); err == nil || !strings.Contains(err.Error(), "CHANGELOG.md has no text for v1.9.9") {
		t.Fatalf("tagged without being prepared: %v", err)
	}
	if err := r.prepare(version); err != nil {
		t.Fatal(err)
	}
	if err := r.tag(version); err == nil || !strings.Contains(err.Error(), "not committed") {
		t.Fatalf("tagged with changes that are not committed: %v", err)
	}
	r.must(t, "commit", "-qam", "Release "+version)
	if err := r.tag(version); err != nil {
		t.Fatal(err)
	}
	if list, err := r.check(version); err != nil || len(list) > 0 {
		t.Errorf("the tagged release: %v, %v", list, err)
	}
	if notes, err := r.notes(version); err != nil || !strings.Contains(notes, "eventgen") {
		t.Errorf("the notes are %q, %v", notes, err)
	}

	modules, err := r.modules()
	if err != nil {
		t.Fatal(err)
	}
	if tags := strings.Fields(r.must(t, "tag")); len(tags) != len(modules) {
		t.Errorf("%d modules have the tags %v", len(modules), tags)
	}
	use(t, r, modules, version)

	r.must(t, "commit", "-q", "--allow-empty", "-m", "Later")
	for _, again := range []string{version, "v1.9.8"} {
		if err := r.tag(again); err == nil || !strings.Contains(err.Error(), "the tag v1.9.9 is there already") {
			t.Errorf("another commit was tagged %s: %v", again, err)
		}
	}
}

// use installs the program, and requires every module, through git and from the tags.
func use(t *testing.T, r repository, modules []module, version string) {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	env := append(os.Environ(),
		"GOPROXY=file://"+filepath.Join(strings.TrimSpace(string(cache)), "cache", "download"), // what others publish
		"GONOPROXY="+root, "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOWORK=off",
		"GOMODCACHE="+filepath.Join(dir, "mod"), "GOBIN="+filepath.Join(dir, "bin"),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+r.dir+".insteadOf", "GIT_CONFIG_VALUE_0=https://"+root,
	)
	command := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	command("go", "install", root+"/cmd/eventgen@"+version)
	if got := command(filepath.Join(dir, "bin", "eventgen"), "version"); !strings.HasPrefix(got, "eventgen "+version+" ") {
		t.Errorf("the installed program is %q", got)
	}
	command("go", "mod", "init", "example.com/app")
	command("go", "get", "-tool", root+"/cmd/eventgen@"+version)
	if got := command("go", "tool", "eventgen", "--version"); !strings.HasPrefix(got, "eventgen "+version+" ") {
		t.Errorf("the tool is %q", got)
	}
	for _, m := range modules {
		command("go", "get", m.file.Module.Mod.Path+"@"+version)
	}
}

func TestNotes(t *testing.T) {
	r := repository{dir: t.TempDir()}
	text := "# Changelog\n\n## Unreleased\n\n## v1.1.0 - 2026-01-02\n\n- **B**: two\n\n## v1.0.0 - 2026-01-01\n\n- **A**: one\n"
	if err := os.WriteFile(r.changelog(), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"v1.1.0": "- **B**: two\n", "v1.0.0": "- **A**: one\n", "v1.1": "", "Unreleased": ""} {
		if got, err := r.notes(version); got != want || (err == nil) != (want != "") {
			t.Errorf("notes of %s: %q, %v", version, got, err)
		}
	}
}

func TestValid(t *testing.T) {
	for version, want := range map[string]bool{"v1.2.3": true, "v1.2.3-rc.1": true, "1.2.3": false, "v1.2": false, "v1.2.3+x": false, "v01.2.3": false, "v2.0.0": false} {
		if got := valid(version); got != want {
			t.Errorf("%s is valid: %t", version, got)
		}
	}
}

package load

import (
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// tool adds the build of this program: another build may write something else.
func (s *scan) tool() {
	id, err := buildID()
	if err != nil {
		s.doubt("the build of eventgen is unknown: %v", err)
	}
	s.text("build", id)
}

// buildID identifies the running program by the identifier that the Go linker puts into it, which
// covers everything that was linked, or by its whole content if it was linked without one.
var buildID = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	version := ""
	if build, ok := debug.ReadBuildInfo(); ok {
		version = build.String()
	}
	id, err := linkerID(f)
	if id != "" || err != nil {
		return version + id, err
	}
	content, err := io.ReadAll(io.NewSectionReader(f, 0, info.Size()))
	return version + hash(content), err
})

// linkerID returns the identifier that the Go linker put into a program, "" if there is none: in
// ELF files it is a note, in others at the start of the text, which is at the start of the file.
func linkerID(f *os.File) (string, error) {
	if program, err := elf.NewFile(f); err == nil {
		if note := program.Section(".note.go.buildid"); note != nil {
			content, err := note.Data()
			return string(content), err
		}
		return "", nil
	}
	head := make([]byte, 64<<10)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	_, after, _ := bytes.Cut(head[:n], []byte("\xff Go build ID: \""))
	id, _, ok := bytes.Cut(after, []byte("\"\n \xff"))
	if !ok {
		return "", nil
	}
	return string(id), nil
}

// toolchain adds what decides how the go command works.
func (s *scan) toolchain() {
	env := func(key string) string { return lookup(s.query.Env, key) }
	for _, variable := range s.query.Env {
		key, value, _ := strings.Cut(variable, "=")
		if relevant(key) {
			s.text("env "+key, value)
		}
	}
	// go generate sets these two to what they are anyway.
	s.text("env GOOS", defaults(env("GOOS"), runtime.GOOS))
	s.text("env GOARCH", defaults(env("GOARCH"), runtime.GOARCH))

	flags := env("GOFLAGS")
	if config, err := goEnvFile(s.query.Env); err == nil {
		flags += string(s.file(config))
	}
	for _, flag := range []string{"-overlay", "-modfile", "-toolexec", "-compiler"} {
		if strings.Contains(flags, flag) {
			s.doubt("GOFLAGS has %s", flag)
		}
	}
	if env("GO111MODULE") == "off" {
		s.doubt("GO111MODULE is off")
	}
	if strings.Contains(env("GOTOOLCHAIN"), "path") {
		s.doubt("GOTOOLCHAIN looks in PATH")
	}
	s.goCommand(env("PATH"), env("GOROOT"))
}

// relevant reports whether the go command may read this variable. Those that go generate sets for
// the program it runs say where it was called from, not what to load; GOROOT is looked at by its
// content.
func relevant(key string) bool {
	if slices.Contains([]string{"GOFILE", "GOLINE", "GOPACKAGE", "GOOS", "GOARCH", "GOROOT", "GOCACHE", "GOTMPDIR", "GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GOTRACEBACK"}, key) {
		return false
	}
	return strings.HasPrefix(key, "GO") || strings.HasPrefix(key, "CGO_")
}

// goCommand adds the version of the go command. Each release carries its version in a file; a go
// command without one, such as a script that picks a version, says nothing about itself.
func (s *scan) goCommand(path, goroot string) {
	command, err := lookPath("go", path)
	if err != nil {
		s.doubt("no go command: %v", err)
		return
	}
	if resolved, err := filepath.EvalSymlinks(command); err == nil {
		command = resolved
	}
	own := filepath.Dir(filepath.Dir(command))
	for _, root := range []string{own, defaults(goroot, own)} {
		if version := s.file(filepath.Join(root, "VERSION")); len(version) == 0 {
			s.doubt("%s does not tell its version", command)
		}
		s.file(filepath.Join(root, "go.env"))
	}
	s.text("go", command)
}

// lookPath finds a command as package os/exec does, in the given PATH.
func lookPath(name, path string) (string, error) {
	if path == os.Getenv("PATH") {
		return exec.LookPath(name)
	}
	for _, dir := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found, nil
		}
	}
	return "", exec.ErrNotFound
}

// goEnvFile is the file in which go env -w keeps its settings.
func goEnvFile(env []string) (string, error) {
	if path := lookup(env, "GOENV"); path != "" {
		return path, nil
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "go", "env"), err
}

// lookup returns the last value of a variable, which is the one that counts.
func lookup(env []string, key string) string {
	for _, variable := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(variable, key+"="); ok {
			return value
		}
	}
	return ""
}

func defaults(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the program prints and generates into the expectations")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"eventgen": main})
}

// repository is the root of this repository.
func repository(tb testing.TB) string {
	tb.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

// TestScript runs the command line as users do: one behaviour in each script.
func TestScript(t *testing.T) {
	repo := repository(t)
	environment := offline(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repo, "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(ts *testscript.TestScript, neg bool, args []string){"fails": fails},
		Condition: func(condition string) (bool, error) {
			if condition == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", condition)
		},
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, environment...)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			return moduleFiles(env.WorkDir, repo)
		},
	})
}

// fails STATUS PROGRAM ARGS... runs a program that has to end with the status.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails status program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if err == nil {
		ts.Fatalf("the program succeeded, want status %d", want)
	}
	if !errors.As(err, &exit) || exit.ExitCode() != want {
		ts.Fatalf("%v, want status %d", err, want)
	}
}

// offline is the environment in which the go command finds all it needs without a network.
func offline(tb testing.TB) []string {
	tb.Helper()
	vars := []string{"GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local", "GOWORK=off"}
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		tb.Fatal(err)
	}
	for i, value := range strings.Fields(string(out)) {
		vars = append(vars, []string{"GOCACHE", "GOMODCACHE"}[i]+"="+value)
	}
	return vars
}

// goMod is the module of a script that brings none.
const goMod = `module example.test/app

go 1.26.0

require github.com/eventgen/eventgen v0.0.0

replace github.com/eventgen/eventgen => REPO
`

// moduleFiles puts the repository's place into the go.mod files of a script, and writes one if
// there is none.
func moduleFiles(dir, repo string) error {
	main := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(main); os.IsNotExist(err) {
		if _, err := os.Stat(filepath.Join(dir, "no-go.mod")); os.IsNotExist(err) {
			if err := os.WriteFile(main, []byte(goMod), 0o666); err != nil {
				return err
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "go.mod"))
	if err != nil {
		return err
	}
	for _, file := range append(files, main) {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		} else if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte("REPO"), []byte(repo))
		if err := os.WriteFile(file, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

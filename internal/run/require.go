package run

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

const (
	modulePath    = "github.com/eventgen/eventgen" // where the runtime and this program come from
	toolPath      = modulePath + "/cmd/eventgen"
	transportPath = modulePath + "/runtime/httptransport"
)

// require adds this program to a module as a tool, and with it the runtime. A program that was
// built from a clone is no version that the go command could find: the module then uses the clone,
// and settle has to be called once what imports the runtime is written. packages are more packages
// of the runtime that will be imported.
func (p Place) require(ctx context.Context, root string, module *modfile.File, packages ...string) (settle func() error, err error) {
	nothing := func() error { return nil }
	if module.Module.Mod.Path == modulePath {
		return nothing, nil
	}
	tidy := func() error { return p.goCommand(ctx, root, "mod", "tidy") }
	replaced := slices.ContainsFunc(module.Replace, func(r *modfile.Replace) bool { return r.Old.Path == modulePath })
	has := slices.ContainsFunc(module.Tool, func(t *modfile.Tool) bool { return t.Path == toolPath })
	version, clone := Version(), cloned()
	switch {
	case replaced && has:
		return tidy, nil
	case replaced:
		return tidy, p.goCommand(ctx, root, "mod", "edit", "-tool="+toolPath)
	case clone != "":
		return tidy, p.goCommand(ctx, root, "mod", "edit", "-require="+modulePath+"@v0.0.0", "-replace="+modulePath+"="+clone, "-tool="+toolPath)
	case strings.Contains(version, "(devel)") || strings.Contains(version, "+dirty"):
		version = "latest"
	}
	if !has {
		if err := p.goCommand(ctx, root, "get", "-tool", toolPath+"@"+version); err != nil {
			return nil, err
		}
	}
	for _, path := range packages {
		if err := p.goCommand(ctx, root, "get", path+"@"+version); err != nil {
			return nil, err
		}
	}
	return nothing, nil
}

// cloned is the clone that this program was built from; empty if it was built from a version, or
// does not know.
func cloned() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return "" // built with -trimpath
	}
	root := filepath.Join(filepath.Dir(file), "..", "..")
	src, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || modfile.ModulePath(src) != modulePath || strings.Contains(root, "@v") {
		return ""
	}
	return root
}

func (p Place) goCommand(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, p.Env
	if text, err := cmd.CombinedOutput(); err != nil {
		return fail(GoCommand, "go %s: %s", strings.Join(args, " "), strings.TrimSpace(string(bytes.TrimPrefix(text, []byte("go: ")))))
	}
	return nil
}

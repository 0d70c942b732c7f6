package main

import (
	"errors"
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/ir"
)

// outputFlags are the flags that say what to read and what to write. They go before the settings
// of the same name in eventgen.yaml.
type outputFlags struct {
	config     string
	ts         string
	hooks      []string
	transports []string
	decoders   bool
	words      map[string]*string // settings of one word, by flag
	types      []string
	tags       []string
}

// addOutputFlags adds them to a command.
func addOutputFlags(cmd *cobra.Command) *outputFlags {
	f := &outputFlags{words: map[string]*string{}}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.ts, "ts", "", "`directory` of the TypeScript output")
	flags.StringSliceVar(&f.hooks, "hooks", nil, "hooks for these `frameworks`: "+strings.Join(config.Hooks, ", "))
	flags.BoolVar(&f.decoders, "decoders", false, "TypeScript decoders (Standard Schema) and guards too")
	word := func(name, about string, valid []string) {
		f.words[name] = flags.String(name, "", fmt.Sprintf("%s (`%s`)", about, strings.Join(valid, "|")))
	}
	word("nil", "nil slices and maps on the wire", config.NilModes)
	word("int64", "64-bit integers on the wire and in TypeScript", config.Int64Modes)
	word("time", "time.Time in TypeScript", config.TimeModes)
	word("bytes", "bytes in TypeScript", config.BytesModes)
	word("unknown", "properties in what windows emit that its type does not have", config.UnknownModes)
	word("runtime", "the TypeScript client, copied or imported", config.Runtimes)
	word("import-extension", "extension of imports in TypeScript", config.Extensions)
	flags.StringSliceVar(&f.transports, "transports", nil, "copied `transports`: "+strings.Join(config.Transports, ", "))
	flags.StringArrayVar(&f.types, "type", nil, "the TypeScript of a Go type (`path.Name=type`); may be repeated")
	flags.StringSliceVar(&f.tags, "tags", nil, "build `tags`")
	flags.StringVar(&f.config, "config", "", "settings `file` (default: the nearest eventgen.yaml up to go.mod; none: no file)")
	return f
}

// job is what a command works on: settings from the file and the flags, and the packages.
type job struct {
	*config.Config
	dir      string   // where patterns start
	patterns []string // of the go command
}

// job puts the settings together. Problems in the file have been reported when it fails.
func (a *app) job(cmd *cobra.Command, f *outputFlags, args []string) (*job, error) {
	settings, err := a.settings(f.config)
	if err != nil {
		return nil, err
	}
	if err := f.apply(cmd, a.dir, settings); err != nil {
		return nil, err
	}
	j := &job{Config: settings, dir: a.dir, patterns: args}
	if len(args) == 0 && len(settings.Packages) > 0 {
		j.dir, j.patterns = settings.Dir(), settings.Packages
	}
	if len(j.patterns) == 0 {
		j.patterns = []string{"."}
	}
	return j, a.checkPatterns(cmd, args)
}

// settings reads the configuration file that holds here.
func (a *app) settings(name string) (*config.Config, error) {
	if name == "none" {
		return config.Default(), nil
	}
	path := name
	switch {
	case name == "":
		var err error
		if path, err = config.Find(a.dir); err != nil {
			return nil, environment(err, "")
		}
		if path == "" {
			return config.Default(), nil
		}
	case !filepath.IsAbs(name):
		path = filepath.Join(a.dir, name)
	}
	settings, list, err := config.Load(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usage("correct --config, or leave it out to use the nearest "+config.FileName, "there is no file %s", a.rel(path))
	}
	if err != nil {
		return nil, environment(err, "")
	}
	if list.HasErrors() {
		if err := a.report(report{Diagnostics: list.Sorted()}); err != nil {
			return nil, err
		}
		return nil, &exit{status: statusEnvironment}
	}
	return settings, nil
}

// apply overrides the settings with the flags that were given.
func (f *outputFlags) apply(cmd *cobra.Command, dir string, c *config.Config) error {
	given := cmd.Flags().Changed
	var err error
	if given("ts") {
		if c.TS = f.ts; f.ts != "" && !filepath.IsAbs(f.ts) {
			c.TS = filepath.Join(dir, f.ts)
		}
	}
	if given("hooks") {
		if c.Hooks, err = config.Words("framework", f.hooks, config.Hooks); err != nil {
			return usage("", "--hooks: %w", err)
		}
	}
	if given("transports") {
		if c.Transports, err = config.Words("transport", f.transports, config.Transports); err != nil {
			return usage("", "--transports: %w", err)
		}
	}
	if given("decoders") {
		c.Decoders = f.decoders
	}
	for name, value := range f.words {
		if given(name) {
			if err := c.Set(name, *value); err != nil {
				return usage("", "%w", err)
			}
		}
	}
	if given("tags") {
		c.Tags = f.tags
	}
	return f.applyTypes(c)
}

func (f *outputFlags) applyTypes(c *config.Config) error {
	const hint = "write --type github.com/google/uuid.UUID=string"
	for _, text := range f.types {
		name, ts, found := strings.Cut(text, "=")
		if !found || ts == "" {
			return usage(hint, "--type %q has no TypeScript", text)
		}
		if err := config.CheckType(name); err != nil {
			return usage(hint, "--type: %w", err)
		}
		if _, problem := ir.CheckTypeScript(ts); problem != "" {
			return usage(hint, "--type: %q is no TypeScript type: %s", ts, problem)
		}
		if c.Types == nil {
			c.Types = map[string]string{}
		}
		c.Types[name] = ts
	}
	return nil
}

const packageHint = "packages are named as for the go command: ./..., ./internal/app, example.com/app/events"

// checkPatterns tells a mistyped command from a package, and finds directories that are not there.
func (a *app) checkPatterns(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		if dir := strings.TrimSuffix(arg, "/..."); build.IsLocalImport(dir) && !strings.Contains(dir, "...") {
			if _, err := os.Stat(filepath.Join(a.dir, dir)); errors.Is(err, os.ErrNotExist) {
				return usage(packageHint, "there is no directory %s", dir)
			}
		}
		if strings.ContainsAny(arg, `./\`) {
			continue
		}
		if info, err := os.Stat(filepath.Join(a.dir, arg)); err == nil && info.IsDir() {
			return usage("", "%q is taken for a package of the standard library; write ./%s for the directory", arg, arg)
		}
		if cmd.HasParent() {
			return usage(packageHint, "there is no package %q", arg)
		}
		return unknownCommand(cmd, arg)
	}
	return nil
}

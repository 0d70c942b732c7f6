package main

import (
	"errors"
	"fmt"
	"go/build"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/run"
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

// addOutputFlags adds them to a command that writes.
func addOutputFlags(cmd *cobra.Command) *outputFlags {
	f := &outputFlags{words: map[string]*string{}}
	flags := cmd.Flags()
	flags.SortFlags = false
	f.addTS(cmd)
	flags.StringSliceVar(&f.hooks, "hooks", nil, "hooks for these `frameworks`: "+strings.Join(config.Hooks, ", "))
	flags.BoolVar(&f.decoders, "decoders", false, "TypeScript decoders (Standard Schema) and guards too")
	f.addWords(cmd)
	f.word(cmd, "runtime", "the TypeScript client, copied or imported", config.Runtimes)
	f.word(cmd, "import-extension", "extension of imports in TypeScript", config.Extensions)
	flags.StringSliceVar(&f.transports, "transports", nil, "copied `transports`: "+strings.Join(config.Transports, ", "))
	f.addSources(cmd)
	return f
}

// addReadFlags adds those that matter to a command that writes nothing: which packages, and what
// travels.
func addReadFlags(cmd *cobra.Command) *outputFlags {
	f := &outputFlags{words: map[string]*string{}}
	cmd.Flags().SortFlags = false
	f.addTS(cmd)
	f.addWords(cmd)
	f.addSources(cmd)
	return f
}

func (f *outputFlags) addTS(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.ts, "ts", "", "`directory` of the TypeScript output (default: all outputs of eventgen.yaml)")
}

// addWords adds the settings that decide what travels.
func (f *outputFlags) addWords(cmd *cobra.Command) {
	f.word(cmd, "nil", "nil slices and maps on the wire", config.NilModes)
	f.word(cmd, "int64", "64-bit integers on the wire and in TypeScript", config.Int64Modes)
	f.word(cmd, "time", "time.Time in TypeScript", config.TimeModes)
	f.word(cmd, "bytes", "bytes in TypeScript", config.BytesModes)
	f.word(cmd, "unknown", "unknown properties in what clients emit", config.UnknownModes)
}

func (f *outputFlags) word(cmd *cobra.Command, name, about string, valid []string) {
	f.words[name] = cmd.Flags().String(name, "", fmt.Sprintf("%s (`%s`)", about, strings.Join(valid, "|")))
}

// addSources adds what decides about the packages and their types.
func (f *outputFlags) addSources(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.types, "type", nil, "the TypeScript of a Go type (`path.Name=type`); may be repeated")
	flags.StringSliceVar(&f.tags, "tags", nil, "build `tags`")
	flags.StringVar(&f.config, "config", "", "settings `file` (default: the nearest eventgen.yaml up to go.mod or its go.work; none: no file)")
}

// job puts together what a command works on: settings from the file and the flags, and the packages.
func (a *app) job(cmd *cobra.Command, f *outputFlags, args []string) (*run.Job, error) {
	settings, err := a.settings(f.config)
	if err != nil {
		return nil, err
	}
	if err := f.apply(cmd, a.dir, settings); err != nil {
		return nil, err
	}
	j := &run.Job{Place: a.place(), Config: settings, From: a.dir, Patterns: args}
	named := settings.Patterns()
	if len(args) == 0 && (len(named) > 0 || len(settings.Outputs) > 0) {
		j.TypesHere = maps.Clone(settings.TypesAt) // otherwise the entry may be for another run
	}
	for _, text := range f.types {
		name, _, _ := strings.Cut(text, "=")
		if j.TypesHere == nil {
			j.TypesHere = map[string]diag.Pos{}
		}
		j.TypesHere[name] = settings.TypesAt[name]
	}
	if len(args) == 0 && len(named) > 0 {
		j.From, j.Patterns = settings.Dir(), named
	}
	if len(j.Patterns) == 0 {
		j.Patterns = []string{"."}
		if err := a.checkHere(settings); err != nil {
			return nil, err
		}
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
		return nil, &exit{status: statusEnvironment, list: list.Sorted()}
	}
	return settings, nil
}

// apply overrides the settings with the flags that were given.
func (f *outputFlags) apply(cmd *cobra.Command, dir string, c *config.Config) error {
	if cmd.Flags().Changed("ts") {
		ts := f.ts
		if ts != "" && !filepath.IsAbs(ts) {
			ts = filepath.Join(dir, ts)
		}
		c.Select(ts)
	}
	if err := f.applyOutput(cmd.Flags().Changed, c); err != nil {
		return err
	}
	return f.applyRead(cmd, c)
}

// applyOutput overrides what is written.
func (f *outputFlags) applyOutput(given func(name string) bool, c *config.Config) error {
	for _, flag := range []struct {
		name string
		set  func(*config.Output) error
	}{
		{"hooks", func(o *config.Output) (err error) {
			o.Hooks, err = config.Words("framework", f.hooks, config.Hooks)
			return err
		}},
		{"transports", func(o *config.Output) (err error) {
			o.Transports, err = config.Words("transport", f.transports, config.Transports)
			return err
		}},
		{"decoders", func(o *config.Output) error { o.Decoders = f.decoders; return nil }},
	} {
		if !given(flag.name) {
			continue
		}
		output, err := c.Output("--" + flag.name)
		if err != nil {
			return usage("", "%w", err)
		}
		if err := flag.set(output); err != nil {
			return usage("", "--%s: %w", flag.name, err)
		}
	}
	for _, name := range outputWords {
		if err := f.applyWord(given, name, c); err != nil {
			return err
		}
	}
	return nil
}

// outputWords are the settings of one word that concern one output, by flag.
var outputWords = []string{"runtime", "import-extension"}

// applyRead overrides what is read, and what travels.
func (f *outputFlags) applyRead(cmd *cobra.Command, c *config.Config) error {
	given := cmd.Flags().Changed
	for name := range f.words {
		if slices.Contains(outputWords, name) {
			continue
		}
		if err := f.applyWord(given, name, c); err != nil {
			return err
		}
	}
	if given("tags") {
		c.Tags = f.tags
	}
	return f.applyTypes(c)
}

func (f *outputFlags) applyWord(given func(name string) bool, name string, c *config.Config) error {
	if !given(name) {
		return nil
	}
	if err := c.Set(name, *f.words[name]); err != nil {
		return usage("", "%w", err)
	}
	return nil
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

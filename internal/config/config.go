// Package config reads eventgen.yaml: what to read, what travels, and which TypeScript to write.
//
// The file is optional. Every mistake in it is a diagnostic at the offending key or value; paths
// in it are relative to the directory that holds it.
package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// FileName is the name of the configuration file.
const FileName = "eventgen.yaml"

// The values of runtime.
const (
	RuntimeVendor  = "vendor"  // the client is copied beside the output
	RuntimePackage = "package" // the output imports @eventgen/client
)

// The values of importExtension.
const (
	ExtensionNone = "none"
	ExtensionJS   = "js"
	ExtensionTS   = "ts"
)

// The words that the settings of the same name accept; the first of Runtimes and Extensions is
// the default.
var (
	Runtimes   = []string{RuntimeVendor, RuntimePackage}
	Extensions = []string{ExtensionNone, ExtensionJS, ExtensionTS}
	Hooks      = []string{"react", "vue", "svelte", "solid"}
	Transports = []string{"ws", "sse", "memory", "sidecar", "wails", "wails2"}
	NilModes   = []string{string(ir.NilNull), string(ir.NilEmpty)}
	Int64Modes = []string{string(ir.Int64Number), string(ir.Int64String), string(ir.Int64BigInt)}
	TimeModes  = []string{string(ir.TimeString), string(ir.TimeDate)}
	BytesModes = []string{string(ir.BytesBase64), string(ir.BytesArray)}
)

// The values of unknown.
const (
	UnknownIgnore = "ignore" // properties that a type does not have are skipped
	UnknownRefuse = "refuse" // they are errors
)

// UnknownModes are the words that the setting unknown accepts; the first is the default.
var UnknownModes = []string{UnknownIgnore, UnknownRefuse}

// Config is one configuration: the file's settings, or the defaults.
type Config struct {
	Path string // of the file, absolute; empty if there is none

	Packages []string    // package patterns, relative to the file's directory
	Outputs  []Output    // of TypeScript; none: Go alone
	Settings ir.Settings // nil, int64, time, bytes and unknown: the same for all outputs
	// Int64Stated: somebody chose Settings.Int64, so that what it does to large numbers is no news.
	Int64Stated bool

	Types map[string]string // Go type ("path.Name") -> TypeScript
	// TypesAt are the places of the entries of Types that stand in the file.
	TypesAt map[string]diag.Pos
	Tags    []string // build tags

	// top has the settings of an output that stand at the top of the file, for the output that
	// has none of its own.
	top Output
}

// Output is one directory of TypeScript and how it is written.
type Output struct {
	TS              string   // the directory, absolute
	Hooks           []string // frameworks, in the order of [Hooks]
	Decoders        bool     // decoders and guards too
	Runtime         string   // one of [Runtimes]
	ImportExtension string   // one of [Extensions]
	Transports      []string // vendored transports, in the order of [Transports]
	Packages        []string // the patterns of the packages in it; none: all that are read
}

// Default returns the configuration of a project without a file.
func Default() *Config {
	return &Config{Settings: ir.DefaultSettings(), top: defaultOutput()}
}

func defaultOutput() Output {
	return Output{Runtime: RuntimeVendor, ImportExtension: ExtensionNone, Transports: []string{"ws", "sse"}}
}

// Patterns returns the packages that the configuration names: those at the top, and those of the
// outputs. It is empty if it names none.
func (c *Config) Patterns() []string {
	patterns := slices.Clone(c.Packages)
	for _, o := range c.Outputs {
		for _, pattern := range o.Packages {
			if !slices.Contains(patterns, pattern) {
				patterns = append(patterns, pattern)
			}
		}
	}
	return patterns
}

// Dir is the directory that holds the file; empty if there is none.
func (c *Config) Dir() string {
	if c.Path == "" {
		return ""
	}
	return filepath.Dir(c.Path)
}

// Find looks for eventgen.yaml in dir and upwards, as far as the directory of go.mod, or of the
// go.work that uses that module. It returns the file's path, or "" if there is none. dir is absolute.
func Find(dir string) (string, error) {
	path, last, err := climb(dir, "go.mod")
	if path != "" || last == "" || err != nil {
		return path, err
	}
	work, err := workspace(last)
	if work == "" || err != nil {
		return "", err
	}
	path, _, err = climb(filepath.Dir(last), "go.work")
	return path, err
}

// climb looks for the file in dir and upwards. last is the directory where it stopped because it
// holds the file end; empty if none does.
func climb(dir, end string) (path, last string, err error) {
	for {
		path := filepath.Join(dir, FileName)
		if found, err := isFile(path); found || err != nil {
			return path, "", err
		}
		if found, err := isFile(filepath.Join(dir, end)); found || err != nil {
			return "", dir, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", "", nil
		}
		dir = parent
	}
}

// workspace returns the go.work above a module that uses it, or "". A broken file is the go
// command's to report.
func workspace(module string) (string, error) {
	for dir := filepath.Dir(module); ; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "go.work")
		src, err := os.ReadFile(file)
		switch {
		case err == nil:
			work, err := modfile.ParseWork(file, src, nil)
			if err != nil || !slices.ContainsFunc(work.Use, func(u *modfile.Use) bool {
				used := filepath.FromSlash(u.Path)
				if !filepath.IsAbs(used) {
					used = filepath.Join(dir, used)
				}
				return used == module
			}) {
				return "", nil
			}
			return file, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		case dir == filepath.Dir(dir):
			return "", nil
		}
	}
}

func isFile(path string) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	return info.Mode().IsRegular(), nil
}

// Load reads the file at path, which is absolute. The error is one of reading the file; what is
// wrong in it is in the list, and the configuration holds whatever was right.
func Load(path string) (*Config, diag.List, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	c, list := Parse(path, src)
	return c, list, nil
}

// Package config reads eventgen.yaml, the settings of one output.
//
// The file is optional. Every mistake in it is a diagnostic at the offending key or value; paths
// in it are relative to the directory that holds it.
package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
	Transports = []string{"ws", "sse", "memory", "tauri", "wails"}
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
	TS       string      // directory of the TypeScript output, absolute; empty: Go alone
	Hooks    []string    // frameworks, in the order of [Hooks]
	Decoders bool        // TypeScript decoders too
	Settings ir.Settings // nil, int64, time, bytes and unknown
	// Int64Stated: somebody chose Settings.Int64, so that what it does to large numbers is no news.
	Int64Stated bool

	Runtime         string   // one of [Runtimes]
	ImportExtension string   // one of [Extensions]
	Transports      []string // vendored transports, in the order of [Transports]

	Types map[string]string // Go type ("path.Name") -> TypeScript
	Tags  []string          // build tags
}

// Default returns the configuration of a project without a file.
func Default() *Config {
	return &Config{
		Settings:        ir.DefaultSettings(),
		Runtime:         RuntimeVendor,
		ImportExtension: ExtensionNone,
		Transports:      []string{"ws", "sse"},
	}
}

// Dir is the directory that holds the file; empty if there is none.
func (c *Config) Dir() string {
	if c.Path == "" {
		return ""
	}
	return filepath.Dir(c.Path)
}

// Find looks for eventgen.yaml in dir and upwards, as far as the directory of go.mod. It returns
// the file's path, or "" if there is none. dir is absolute.
func Find(dir string) (string, error) {
	for {
		path := filepath.Join(dir, FileName)
		if found, err := isFile(path); found || err != nil {
			return path, err
		}
		if found, err := isFile(filepath.Join(dir, "go.mod")); found || err != nil {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
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

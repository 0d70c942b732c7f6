package config

import (
	"fmt"
	"slices"
)

// Set overrides the setting that the flag of this name stands for.
func (c *Config) Set(name, value string) error {
	var unknown string
	var target *string
	var valid []string
	switch name {
	case "nil":
		target, valid = (*string)(&c.Settings.Nil), NilModes
	case "int64":
		c.Int64Stated = true
		target, valid = (*string)(&c.Settings.Int64), Int64Modes
	case "time":
		target, valid = (*string)(&c.Settings.Time), TimeModes
	case "bytes":
		target, valid = (*string)(&c.Settings.Bytes), BytesModes
	case "unknown":
		target, valid = &unknown, UnknownModes
	case "runtime":
		target, valid = &c.Runtime, Runtimes
	case "import-extension":
		target, valid = &c.ImportExtension, Extensions
	default:
		return fmt.Errorf("--%s is no setting", name)
	}
	if !slices.Contains(valid, value) {
		return fmt.Errorf("--%s: unknown value %q: %s", name, value, suggest(value, valid, "values"))
	}
	*target = value
	if unknown != "" {
		c.Settings.RefuseUnknown = unknown == UnknownRefuse
	}
	return nil
}

// Words checks a list given by a flag against the words that are valid, and returns it in their
// order, each word once.
func Words(what string, given, valid []string) ([]string, error) {
	for _, word := range given {
		if !slices.Contains(valid, word) {
			return nil, fmt.Errorf("unknown %s %q: %s", what, word, suggest(word, valid, what+"s"))
		}
	}
	var out []string
	for _, word := range valid {
		if slices.Contains(given, word) {
			out = append(out, word)
		}
	}
	return out, nil
}

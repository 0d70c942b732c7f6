package config

import (
	"fmt"
	"slices"
)

// Select leaves the output in dir, which is absolute, as the only one. If the file has none there,
// it has the settings of an output that stand at the top of the file. An empty dir is no output.
func (c *Config) Select(dir string) {
	output := c.top
	if len(c.Outputs) == 1 {
		output = c.Outputs[0]
	}
	for _, o := range c.Outputs {
		if o.TS == dir {
			output = o
		}
	}
	if output.TS, c.Outputs = dir, nil; dir != "" {
		c.Outputs = []Output{output}
	}
}

// Output returns the output that a flag changes: the only one, or the one that would be if there
// were a directory for it. what names the flag.
func (c *Config) Output(what string) (*Output, error) {
	switch len(c.Outputs) {
	case 0:
		return &c.top, nil
	case 1:
		return &c.Outputs[0], nil
	}
	return nil, fmt.Errorf("%s concerns one output, and %s has %d: name the one you mean with --ts, or write the setting there", what, FileName, len(c.Outputs))
}

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
	case "runtime", "import-extension":
		output, err := c.Output("--" + name)
		if err != nil {
			return err
		}
		if target, valid = &output.Runtime, Runtimes; name == "import-extension" {
			target, valid = &output.ImportExtension, Extensions
		}
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

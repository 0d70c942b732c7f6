package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Parse reads the text of a configuration file; path is absolute and appears in positions.
func Parse(path string, src []byte) (*Config, diag.List) {
	d := &decoder{
		path:   path,
		lines:  strings.Split(strings.TrimPrefix(string(src), "\ufeff"), "\n"),
		config: Default(),
	}
	d.config.Path = path
	if root := d.read(src); root != nil {
		d.document(root)
	}
	if d.config.Outputs == nil && d.config.top.TS != "" {
		d.config.Outputs = []Output{d.config.top}
	}
	return d.config, d.list
}

// decoder walks the nodes of one file.
type decoder struct {
	path   string
	lines  []string
	config *Config
	list   diag.List
}

// read returns the root node, or nil for an empty or broken file.
func (d *decoder) read(src []byte) *yaml.Node {
	if blank(src) {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(src, &doc); err != nil {
		d.syntax(err)
		return nil
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

// blank reports whether src holds nothing but space and comments, which yaml calls an error.
func blank(src []byte) bool {
	for line := range strings.Lines(strings.TrimPrefix(string(src), "\ufeff")) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func (d *decoder) syntax(err error) {
	pos := diag.Pos{File: d.path, Line: 1, Column: 1}
	message := err.Error()
	if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		message = strings.TrimPrefix(load.Message, "yaml: ")
		if load.Mark.Line > 0 {
			pos = d.point(load.Mark.Line, load.Mark.Column)
		}
		if load.ContextMsg != "" {
			message = load.ContextMsg + ": " + message
		}
	}
	d.list.Add(diag.Diagnostic{Severity: diag.Error, Code: diag.Config, Pos: pos, Message: message})
}

// point converts yaml's column, which counts characters, to one that counts bytes.
func (d *decoder) point(line, column int) diag.Pos {
	pos := diag.Pos{File: d.path, Line: line, Column: column}
	if line > len(d.lines) {
		return pos
	}
	bytes, chars := 0, 1
	for text := d.lines[line-1]; chars < column && bytes < len(text); chars++ {
		_, size := utf8.DecodeRuneInString(text[bytes:])
		bytes += size
	}
	pos.Column = bytes + 1
	return pos
}

// at returns the place of n: of its whole text when it is a plain word on one line.
func (d *decoder) at(n *yaml.Node) diag.Pos {
	pos := d.point(n.Line, n.Column)
	if n.Kind != yaml.ScalarNode || pos.Line > len(d.lines) || pos.Column > len(d.lines[pos.Line-1]) {
		return pos
	}
	rest := d.lines[pos.Line-1][pos.Column-1:]
	quoted := 0
	if rest[0] == '"' || rest[0] == '\'' {
		quoted = 1
	}
	if strings.HasPrefix(rest[quoted:], n.Value) {
		pos.EndColumn = pos.Column + len(n.Value) + 2*quoted
	}
	return pos
}

func (d *decoder) errorf(n *yaml.Node, hint, format string, args ...any) {
	d.list.Add(diag.Diagnostic{
		Severity: diag.Error,
		Code:     diag.Config,
		Pos:      d.at(n),
		Message:  fmt.Sprintf(format, args...),
		Hint:     hint,
	})
}

// setting is a key of the file and how its value is read: into the configuration, or, for what
// each output has its own of, into an output.
type setting struct {
	name   string
	read   func(d *decoder, n *yaml.Node)
	output func(d *decoder, o *Output, n *yaml.Node)
}

// settings lists the keys in the order of the documentation. It is a function, since reading
// outputs needs the list.
func settings() []setting {
	return []setting{
		{name: "packages", read: func(d *decoder, n *yaml.Node) { d.config.Packages = d.strings(n, "package patterns") }},
		{name: "outputs", read: (*decoder).outputs},
		{name: "ts", output: func(d *decoder, o *Output, n *yaml.Node) { o.TS = d.dir(n) }},
		{name: "hooks", output: func(d *decoder, o *Output, n *yaml.Node) { o.Hooks = d.words(n, "framework", Hooks) }},
		{name: "decoders", output: func(d *decoder, o *Output, n *yaml.Node) { o.Decoders = d.bool(n) }},
		{name: "runtime", output: func(d *decoder, o *Output, n *yaml.Node) { read(d, n, &o.Runtime, Runtimes) }},
		{name: "importExtension", output: func(d *decoder, o *Output, n *yaml.Node) { read(d, n, &o.ImportExtension, Extensions) }},
		{name: "transports", output: func(d *decoder, o *Output, n *yaml.Node) { o.Transports = d.words(n, "transport", Transports) }},
		{name: "nil", read: func(d *decoder, n *yaml.Node) { read(d, n, &d.config.Settings.Nil, NilModes) }},
		{name: "int64", read: func(d *decoder, n *yaml.Node) {
			d.config.Int64Stated = true
			read(d, n, &d.config.Settings.Int64, Int64Modes)
		}},
		{name: "time", read: func(d *decoder, n *yaml.Node) { read(d, n, &d.config.Settings.Time, TimeModes) }},
		{name: "bytes", read: func(d *decoder, n *yaml.Node) { read(d, n, &d.config.Settings.Bytes, BytesModes) }},
		{name: "unknown", read: func(d *decoder, n *yaml.Node) {
			mode := UnknownIgnore
			read(d, n, &mode, UnknownModes)
			d.config.Settings.RefuseUnknown = mode == UnknownRefuse
		}},
		{name: "types", read: func(d *decoder, n *yaml.Node) { d.config.Types = d.types(n) }},
		{name: "tags", read: func(d *decoder, n *yaml.Node) { d.config.Tags = d.strings(n, "build tags") }},
	}
}

// outputSettings are the keys of an entry of outputs.
func outputSettings() []setting {
	list := slices.DeleteFunc(settings(), func(s setting) bool { return s.output == nil })
	return append(list, setting{name: "packages", output: func(d *decoder, o *Output, n *yaml.Node) { o.Packages = d.strings(n, "package patterns") }})
}

func names(list []setting) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.name
	}
	return out
}

// Keys returns the names of all settings.
func Keys() []string { return names(settings()) }

func (d *decoder) document(root *yaml.Node) {
	if root.Tag == "!!null" {
		return
	}
	if root.Kind != yaml.MappingNode {
		d.errorf(root, "write lines of the form \"key: value\", such as \"ts: web/src/events\"", "the configuration is %s, not a mapping of settings", describe(root))
		return
	}
	var outputs *yaml.Node
	var own []*yaml.Node // keys of one output at the top
	for key, value := range d.pairs(root) {
		s, ok := d.setting(key, value, settings(), "setting", "settings")
		switch {
		case !ok:
		case s.output != nil:
			own = append(own, key)
			s.output(d, &d.config.top, value)
		default:
			if s.name == "outputs" {
				outputs = key
			}
			s.read(d, value)
		}
	}
	for _, key := range own {
		if outputs != nil {
			d.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.Config, Pos: d.at(key),
				Message: fmt.Sprintf("%q at the top is for a file with one output, and this file has outputs", key.Value),
				Hint:    "move it into each output that it is for",
				Related: []diag.Related{{Pos: d.at(outputs), Message: "the outputs"}},
			})
		}
	}
}

// setting returns the setting that key names, if it has one and a value.
func (d *decoder) setting(key, value *yaml.Node, valid []setting, what, all string) (setting, bool) {
	i := slices.IndexFunc(valid, func(s setting) bool { return s.name == key.Value })
	switch {
	case i < 0:
		hint := suggest(key.Value, names(valid), all)
		if slices.Contains(Keys(), key.Value) {
			hint = "write it at the top of the file: it is the same for all outputs"
		}
		d.errorf(key, hint, "unknown %s %q", what, key.Value)
		return setting{}, false
	case value.Tag == "!!null" && value.Value == "":
		d.errorf(key, "give it a value or remove the line", "setting %q has no value", key.Value)
		return setting{}, false
	}
	return valid[i], true
}

// outputs reads the list of outputs.
func (d *decoder) outputs(n *yaml.Node) {
	const hint = "write lines such as \"- {ts: web/events, hooks: [react]}\" below it"
	d.config.Outputs = []Output{}
	first := map[string]*yaml.Node{}
	for _, item := range d.items(n) {
		if item.Kind != yaml.MappingNode {
			d.errorf(item, hint, "want a list of outputs, found %s", describe(item))
			continue
		}
		o, place := defaultOutput(), item
		for key, value := range d.pairs(item) {
			if s, ok := d.setting(key, value, outputSettings(), "setting of an output", "settings of an output"); ok {
				s.output(d, &o, value)
			}
			if key.Value == "ts" {
				place = value
			}
		}
		switch before := first[o.TS]; {
		case o.TS == "" && place == item:
			d.errorf(item, "write ts: and the directory", "the output has no directory")
		case o.TS != "" && before != nil:
			d.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.Config, Pos: d.at(place),
				Message: "two outputs have one directory",
				Related: []diag.Related{{Pos: d.at(before), Message: "the other output"}},
			})
		}
		first[o.TS] = place
		d.config.Outputs = append(d.config.Outputs, o)
	}
}

// pairs yields the entries of a mapping whose keys are words, each key once.
func (d *decoder) pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		first := map[string]*yaml.Node{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], resolve(n.Content[i+1])
			if key.Kind != yaml.ScalarNode {
				d.errorf(key, "", "a key has to be a word, not %s", describe(key))
				continue
			}
			if before := first[key.Value]; before != nil {
				d.list.Add(diag.Diagnostic{
					Severity: diag.Error, Code: diag.Config, Pos: d.at(key),
					Message: fmt.Sprintf("%q is set twice", key.Value),
					Related: []diag.Related{{Pos: d.at(before), Message: "set here first"}},
				})
				continue
			}
			first[key.Value] = key
			if !yield(key, value) {
				return
			}
		}
	}
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func (d *decoder) scalar(n *yaml.Node, want string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.errorf(n, "", "want %s, found %s", want, describe(n))
		return "", false
	case n.Tag == "!!null" && n.Value != "null" || n.Value == "":
		d.errorf(n, "", "want %s, found nothing", want)
		return "", false
	}
	return n.Value, true
}

func (d *decoder) bool(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		d.errorf(n, "", "want true or false, found %s", describe(n))
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// dir reads a directory, made absolute.
func (d *decoder) dir(n *yaml.Node) string {
	text, ok := d.scalar(n, "a directory")
	if !ok {
		return ""
	}
	path := filepath.FromSlash(text)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.path), path)
	}
	return filepath.Clean(path)
}

// strings reads a list; a single value is a list of one.
func (d *decoder) strings(n *yaml.Node, what string) []string {
	var out []string
	for _, item := range d.items(n) {
		if text, ok := d.scalar(item, "a list of "+what); ok {
			out = append(out, text)
		}
	}
	return out
}

func (d *decoder) items(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	items := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		items[i] = resolve(item)
	}
	return items
}

// words reads a list whose members are among valid, and returns them in valid's order.
func (d *decoder) words(n *yaml.Node, what string, valid []string) []string {
	given := map[string]bool{}
	for _, item := range d.items(n) {
		text, ok := d.scalar(item, "a list of "+what+"s")
		if !ok {
			continue
		}
		if !slices.Contains(valid, text) {
			d.errorf(item, suggest(text, valid, what+"s"), "unknown %s %q", what, text)
		}
		given[text] = true
	}
	out := []string{}
	for _, word := range valid {
		if given[word] {
			out = append(out, word)
		}
	}
	return out
}

// read reads one word among valid into target, which keeps its default otherwise.
func read[S ~string](d *decoder, n *yaml.Node, target *S, valid []string) {
	text, ok := d.scalar(n, "one of "+strings.Join(valid, ", "))
	if !ok {
		return
	}
	if !slices.Contains(valid, text) {
		d.errorf(n, suggest(text, valid, "values"), "unknown value %q", text)
		return
	}
	*target = S(text)
}

func (d *decoder) types(n *yaml.Node) map[string]string {
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "write lines such as \"github.com/google/uuid.UUID: string\" below it", "want a mapping from Go types to TypeScript, found %s", describe(n))
		return nil
	}
	out := map[string]string{}
	for key, value := range d.pairs(n) {
		if err := CheckType(key.Value); err != nil {
			d.errorf(key, "write the import path, a dot and the name: github.com/google/uuid.UUID", "%v", err)
			continue
		}
		ts, ok := d.scalar(value, "a TypeScript type")
		if !ok {
			continue
		}
		if _, problem := ir.CheckTypeScript(ts); problem != "" {
			d.errorf(value, "write one as in a type declaration, such as string or [number, number]", "%q is no TypeScript type: %s", ts, problem)
			continue
		}
		out[key.Value] = ts
		if d.config.TypesAt == nil {
			d.config.TypesAt = map[string]diag.Pos{}
		}
		d.config.TypesAt[key.Value] = d.at(key)
	}
	return out
}

// CheckType tells whether name has the form of a Go type in the setting types.
func CheckType(name string) error {
	slash := strings.LastIndexByte(name, '/')
	dot := strings.LastIndexByte(name, '.')
	if dot <= slash+1 || dot == len(name)-1 || strings.ContainsAny(name, " \t*[]") {
		return fmt.Errorf("%q does not name a Go type", name)
	}
	return nil
}

// suggest is the hint for an unknown word.
func suggest(word string, valid []string, what string) string {
	all := "the " + what + " are " + strings.Join(valid, ", ")
	if near := diag.Nearest(word, valid); near != "" {
		return fmt.Sprintf("did you mean %q? %s", near, strings.ToUpper(all[:1])+all[1:])
	}
	return all
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return fmt.Sprintf("%q", n.Value)
	}
	return "something else"
}

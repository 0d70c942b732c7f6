package directive

import (
	"fmt"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/rules"
)

// Value is the decoded value of an option.
type Value struct {
	Option *Option
	Arg    Arg
	// Off undoes a default; every other field is zero then.
	Off bool
	// Broken: the value cannot be read, which has been reported; every other field is zero then.
	Broken bool
	// Inherited: the package's defaults have it, not the event.
	Inherited bool
	// Text is the value of the textual kinds.
	Text     string
	Duration time.Duration
	// Number is a size in bytes or a count.
	Number int64
	Names  []NameAt
}

// NameAt is a name in a list.
type NameAt struct {
	Name string
	Pos  diag.Pos
}

// Values are the options of a directive, by name.
type Values map[string]Value

// Has reports whether an option has a value.
func (v Values) Has(name string) bool {
	value, ok := v[name]
	return ok && !value.Off && !value.Broken
}

// Decode reads the arguments of a directive as options. What cannot be read is reported at its
// place.
func Decode(d *Directive) (Values, diag.List) {
	dec := decoder{verb: d.Verb, values: Values{}}
	for i, arg := range d.Args {
		dec.arg(arg, i == 0)
	}
	if needed := d.Verb.Option(d.Verb.Needs); needed != nil && len(d.Args) == 0 {
		dec.errorf(diag.MissingArgument, d.Pos, "such as "+d.Verb.Example, "//eventgen:%s needs a %s: %s", d.Verb.Name, needed.Name, needed.describe())
	}
	return dec.values, dec.list
}

type decoder struct {
	verb   *Verb
	values Values
	list   diag.List
}

func (d *decoder) errorf(code diag.Code, pos diag.Pos, hint, format string, args ...any) {
	d.list.Add(diag.Diagnostic{Severity: diag.Error, Code: code, Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (d *decoder) arg(arg Arg, first bool) {
	if arg.Key == "" {
		d.word(arg, first)
		return
	}
	option := d.verb.Option(arg.Key)
	if option == nil {
		d.unknownOption(arg.Key, arg.KeyPos)
		return
	}
	d.set(option, arg)
}

// word decodes an argument without an equals sign: an option, or what the first word stands for.
func (d *decoder) word(arg Arg, first bool) {
	option := d.verb.Option(arg.Value)
	switch {
	case option != nil && !arg.Quoted && option.Kind == rules.Flag:
		d.set(option, arg)
	case option != nil && !arg.Quoted && (option.Name != d.verb.First || !first):
		d.errorf(diag.MissingArgument, arg.Pos, fmt.Sprintf("write %s=%s", option.Name, option.example()),
			"%s needs a value: %s", option.Name, option.describe())
	case first && d.verb.First != "":
		if hint := d.mistaken(arg); hint != "" {
			d.errorf(diag.UnknownOption, arg.Pos, hint, "%s is almost an option", strconv.Quote(arg.Value))
			return
		}
		d.set(d.verb.Option(d.verb.First), arg)
	default:
		d.unknownOption(arg.Value, arg.Pos)
	}
}

// mistaken returns a hint if the word that stands for a name was probably meant as an option:
// "stiky", or "throttle:100ms".
func (d *decoder) mistaken(arg Arg) string {
	first := d.verb.Option(d.verb.First)
	if arg.Quoted || first.Kind != rules.Name {
		return ""
	}
	escape := fmt.Sprintf(", or %s=%s if that is the name", first.Name, arg.Value)
	if key, value, ok := strings.Cut(arg.Value, ":"); ok {
		option := d.verb.Option(key)
		if option == nil || !slices.Contains([]rules.Kind{rules.Duration, rules.Size, rules.Count, rules.Word}, option.Kind) {
			return ""
		}
		if _, problem := option.decode(Arg{Value: value}); problem != "" {
			return ""
		}
		return fmt.Sprintf("write %s=%s%s", key, value, escape)
	}
	for i := range d.verb.Options {
		o := &d.verb.Options[i]
		if o.Kind == rules.Flag && len(arg.Value) >= len(o.Name)-1 && diag.Nearest(arg.Value, []string{o.Name}) != "" {
			return fmt.Sprintf("write %s%s", o.Name, escape)
		}
	}
	return ""
}

func (d *decoder) unknownOption(word string, pos diag.Pos) {
	hint := "the options of //eventgen:" + d.verb.Name + " are " + strings.Join(d.verb.OptionNames(), ", ")
	if near := diag.Nearest(word, d.verb.OptionNames()); near != "" {
		hint = "did you mean " + near + "?"
	} else if first := d.verb.Option(d.verb.First); first != nil && slices.Contains(first.Words, word) {
		hint = "write one of " + strings.Join(first.Words, ", ")
	}
	what := "unknown option"
	if event := LookupVerb("event").Option(word); event != nil && d.verb.Name == "defaults" {
		what, hint = "no default for", "give it on the event"
	}
	d.errorf(diag.UnknownOption, pos, hint, "%s %s", what, strconv.Quote(word))
}

func (d *decoder) set(option *Option, arg Arg) {
	if earlier, ok := d.values[option.Name]; ok {
		d.list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.DuplicateOption, Pos: arg.Pos,
			Message: fmt.Sprintf("%s is given twice", option.Name), Hint: "keep one of them",
			Related: []diag.Related{{Pos: earlier.Arg.Pos, Message: "first given here"}},
		})
		return
	}
	value, ok := d.value(option, arg)
	if !ok {
		value = Value{Option: option, Arg: arg, Broken: true}
	}
	d.values[option.Name] = value
}

func (d *decoder) value(option *Option, arg Arg) (Value, bool) {
	if option.Kind == rules.Flag && arg.Key == "" {
		return Value{Option: option, Arg: arg}, true
	}
	if arg.Value == Off && !arg.Quoted && option.Default && option.Kind != rules.Word {
		return Value{Option: option, Arg: arg, Off: true}, true
	}
	if option.Kind == rules.Flag {
		d.errorf(diag.BadValue, arg.ValuePos, fmt.Sprintf("write %s alone, or %s=off against a default", option.Name, option.Name),
			"%s takes no value", option.Name)
		return Value{}, false
	}
	if strings.TrimSpace(arg.Value) == "" {
		d.errorf(diag.MissingArgument, arg.ValuePos, fmt.Sprintf("write %s=%s, without spaces around the equals sign", option.Name, option.example()),
			"%s needs a value: %s", option.Name, option.describe())
		return Value{}, false
	}
	if option.Kind == rules.Names {
		return d.names(option, arg)
	}
	value, problem := option.decode(arg)
	if problem != "" {
		d.errorf(option.code(), arg.ValuePos, option.hint(arg.Value), "%s", problem)
		return Value{}, false
	}
	value.Option, value.Arg = option, arg
	return value, true
}

func (d *decoder) names(option *Option, arg Arg) (Value, bool) {
	value := Value{Option: option, Arg: arg}
	offset := arg.ValuePos.Column
	if arg.Quoted {
		offset++
	}
	for name := range strings.SplitSeq(arg.Value, ",") {
		pos := arg.ValuePos
		pos.Column, pos.EndColumn = offset, offset+len(name)
		offset += len(name) + 1
		if name = strings.TrimSpace(name); name == "" {
			pos.EndColumn = pos.Column + 1
			d.errorf(diag.BadValue, pos, "separate names by commas alone: "+option.Name+"=a,b", "an empty name in %s", option.Name)
			return Value{}, false
		}
		if problem := nameProblem(name); problem != "" {
			d.errorf(diag.BadEventName, pos, "", "%s", problem)
			return Value{}, false
		}
		if slices.ContainsFunc(value.Names, func(other NameAt) bool { return other.Name == name }) {
			d.errorf(diag.BadValue, pos, "name each event once", "%s is in the list already", strconv.Quote(name))
			return Value{}, false
		}
		value.Names = append(value.Names, NameAt{Name: name, Pos: pos})
	}
	return value, true
}

// decode reads a value; the problem is empty if there is none.
func (o *Option) decode(arg Arg) (value Value, problem string) {
	s := arg.Value
	quoted := strconv.Quote(s)
	switch o.Kind {
	case rules.Duration:
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return value, fmt.Sprintf("%s is not a duration", quoted)
		}
		value.Duration = d
	case rules.Size:
		n, ok := parseSize(s)
		if !ok {
			return value, fmt.Sprintf("%s is not a size", quoted)
		}
		value.Number = n
	case rules.Count:
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || n <= 0 || s[0] == '+' {
			return value, fmt.Sprintf("%s is not a positive number", quoted)
		}
		value.Number = n
	case rules.Name:
		value.Text, problem = s, nameProblem(s)
	case rules.NamePrefix:
		if problem = nameProblem(s); problem == "" {
			value.Text = s
		}
	case rules.Word:
		if !slices.Contains(o.Words, s) {
			return value, fmt.Sprintf("%s is no value of %s", quoted, o.Name)
		}
		value.Text = s
	case rules.Identifier:
		if !token.IsIdentifier(s) || !token.IsExported(s) || strings.ContainsFunc(s, notASCII) {
			return value, fmt.Sprintf("%s is no exported identifier", quoted)
		}
		value.Text = s
	case rules.Field:
		if !token.IsIdentifier(s) {
			return value, fmt.Sprintf("%s is no field name", quoted)
		}
		value.Text = s
	case rules.Property, rules.Sentence:
		if strings.ContainsFunc(s, unicode.IsControl) {
			return value, fmt.Sprintf("%s has control characters", quoted)
		}
		value.Text = s
	}
	return value, problem
}

func sizeHint(value string) string {
	for unit := range sizeUnits {
		digits := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
		if unit == "" || digits == "" || !strings.EqualFold(value[len(digits):], unit) {
			continue
		}
		if _, ok := parseSize(digits + unit); ok {
			return fmt.Sprintf("write %s%s", digits, unit)
		}
		if strings.Trim(digits, "0123456789") == "" && strings.Trim(digits, "0") != "" {
			return "a payload has at most 2 GiB"
		}
	}
	return "a number and B, KB, KiB, MB, MiB, GB or GiB, such as 64KiB"
}

func notASCII(r rune) bool { return r >= utf8.RuneSelf }

func (o *Option) code() diag.Code {
	if o.Kind == rules.Name || o.Kind == rules.NamePrefix {
		return diag.BadEventName
	}
	return diag.BadValue
}

// describe says what values the option takes.
func (o *Option) describe() string {
	switch o.Kind {
	case rules.Duration:
		return "a duration such as 100ms"
	case rules.Size:
		return "a size such as 64KiB"
	case rules.Count:
		return "a number such as " + o.Example
	case rules.Name:
		return "an event's name"
	case rules.Names:
		return "names of events"
	case rules.NamePrefix:
		return "the beginning of names"
	case rules.Word:
		return strings.Join(o.Words, ", ")
	case rules.Identifier:
		return "an exported identifier"
	case rules.Field:
		return "a field of the payload"
	default:
		return "a text"
	}
}

func (o *Option) example() string {
	if o.Kind == rules.Word {
		return o.Words[len(o.Words)-1]
	}
	return o.Example
}

// hint says how a wrong value could be written.
func (o *Option) hint(value string) string {
	if rest, ok := strings.CutSuffix(value, ","); ok && o.Kind != rules.Sentence {
		if _, problem := o.decode(Arg{Value: rest}); problem == "" {
			return "separate arguments by spaces alone"
		}
	}
	switch o.Kind {
	case rules.Word:
		if near := diag.Nearest(value, o.Words); near != "" {
			return "did you mean " + near + "?"
		}
		return "the values are " + strings.Join(o.Words, ", ")
	case rules.Duration:
		if _, err := strconv.ParseUint(value, 10, 32); err == nil && strings.Trim(value, "0") != "" {
			return fmt.Sprintf("with a unit: %sms", value)
		}
		if d, err := time.ParseDuration(value); err == nil && d <= 0 {
			return "it must be longer than nothing"
		}
		return "numbers and units, such as 100ms, 1.5s or 2m"
	case rules.Size:
		return sizeHint(value)
	case rules.Count:
		return fmt.Sprintf("a whole number from 1 to %d", math.MaxInt32)
	case rules.Identifier:
		return "a capital letter, then letters, digits and underscores"
	case rules.Name, rules.NamePrefix:
		return "names have letters, digits and _ / : . -"
	case rules.Field:
		return "name a field as in Go, without a path: a promoted field has none"
	default:
		return ""
	}
}

// ValidName reports whether s can be the wire name of an event.
func ValidName(s string) bool { return rules.ValidName(s) }

func nameProblem(s string) string {
	if ValidName(s) {
		return ""
	}
	bad := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || !ValidName(string(r)) })
	if bad < 0 {
		return fmt.Sprintf("%s is no event name", strconv.Quote(s))
	}
	r, _ := utf8.DecodeRuneInString(s[bad:])
	return fmt.Sprintf("the name %s has a %q", strconv.Quote(s), r)
}

var sizeUnits = map[string]int64{
	"": 1, "B": 1, "KB": 1e3, "KiB": 1 << 10, "MB": 1e6, "MiB": 1 << 20, "GB": 1e9, "GiB": 1 << 30,
}

// parseSize reads a positive number of bytes with a unit, at most 2 GiB less one, which any
// platform's int can hold.
func parseSize(s string) (int64, bool) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	n, err := strconv.ParseInt(s[:digits], 10, 64)
	unit, ok := sizeUnits[s[digits:]]
	if err != nil || !ok || n <= 0 || n > math.MaxInt32/unit {
		return 0, false
	}
	return n * unit, true
}

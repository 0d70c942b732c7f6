package diag

import "slices"

// Code names a kind of diagnostic. Codes are stable: they appear in output, in
// docs/diagnostics.md and as rules of //eventgen:allow.
type Code string

// The codes of directives: comments that cannot be read or stand where they have no meaning.
const (
	MisspeltDirective  Code = "misspelt-directive"
	FloatingDirective  Code = "floating-directive"
	MisplacedDirective Code = "misplaced-directive"
	DuplicateDirective Code = "duplicate-directive"
	UnknownVerb        Code = "unknown-verb"
	UnknownOption      Code = "unknown-option"
	DuplicateOption    Code = "duplicate-option"
	BadArgument        Code = "bad-argument"
	MissingArgument    Code = "missing-argument"
	BadValue           Code = "bad-value"
	OptionConflict     Code = "option-conflict"
	OptionDirection    Code = "option-direction"
	OptionAlone        Code = "option-alone"
	UnknownRule        Code = "unknown-rule"
)

// The codes of events.
const (
	BadEventType   Code = "bad-event-type"
	BadEventName   Code = "bad-event-name"
	DuplicateEvent Code = "duplicate-event"
	UnknownEvent   Code = "unknown-event"
	UndeclaredName Code = "undeclared-event"
	BadKey         Code = "bad-key"
)

// The codes of source that cannot be read.
const (
	SyntaxError  Code = "syntax-error"
	PackageError Code = "package-error"
	TypeError    Code = "type-error"
)

// Info says what a code means, in one sentence.
type Info struct {
	Code    Code
	Summary string
	// Allowed: //eventgen:allow accepts it.
	Allowed bool
}

// Codes is every code, in the order of docs/diagnostics.md.
var Codes = []Info{
	{Code: MisspeltDirective, Summary: "a comment looks like a directive but is none"},
	{Code: FloatingDirective, Summary: "a directive is attached to no declaration"},
	{Code: MisplacedDirective, Summary: "a directive stands on a declaration that it does not apply to"},
	{Code: DuplicateDirective, Summary: "a declaration has the same directive twice"},
	{Code: UnknownVerb, Summary: "a directive has a verb that does not exist"},
	{Code: UnknownOption, Summary: "a directive has an option that does not exist"},
	{Code: DuplicateOption, Summary: "a directive has the same option twice"},
	{Code: BadArgument, Summary: "an argument of a directive cannot be read"},
	{Code: MissingArgument, Summary: "an argument or value of a directive is missing"},
	{Code: BadValue, Summary: "an option has a value that it does not take"},
	{Code: OptionConflict, Summary: "two options of an event exclude each other"},
	{Code: OptionDirection, Summary: "an option does not apply to events from windows, or only to them"},
	{Code: OptionAlone, Summary: "an option has no effect without another"},
	{Code: UnknownRule, Summary: "//eventgen:allow names a rule that does not exist or cannot be accepted"},
	{Code: BadEventType, Summary: "a declaration cannot be an event"},
	{Code: BadEventName, Summary: "a wire name is missing or has characters that it may not have"},
	{Code: DuplicateEvent, Summary: "two events have the same wire name"},
	{Code: UnknownEvent, Summary: "an option names an event that does not exist"},
	{Code: UndeclaredName, Summary: "a constant has the type of an event declaration but no directive", Allowed: true},
	{Code: BadKey, Summary: "key= names no field that can be a key"},
	{Code: SyntaxError, Summary: "a file is not valid Go"},
	{Code: PackageError, Summary: "the go command cannot load a package"},
	{Code: TypeError, Summary: "a type that a payload needs does not compile"},
}

// Lookup returns what is known of a code or a rule of eventgen breaking, and whether it exists.
func Lookup(code Code) (Info, bool) {
	for _, list := range [][]Info{Codes, Rules} {
		if i := slices.IndexFunc(list, func(info Info) bool { return info.Code == code }); i >= 0 {
			return list[i], true
		}
	}
	return Info{}, false
}

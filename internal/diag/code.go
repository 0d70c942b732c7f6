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
	UnusedAllow        Code = "unused-allow"
	// ConditionalDeclaration is a declaration in a file that only some builds have.
	ConditionalDeclaration Code = "conditional-declaration"
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
	SyntaxError Code = "syntax-error"
	TypeError   Code = "type-error"
)

// The codes of payload types.
const (
	// UnsupportedType is a kind that encoding/json refuses: a channel, a function, a complex
	// number, an unsafe pointer, a map with other keys than strings, integers and texts.
	UnsupportedType Code = "unsupported-type"
	// BrokenType is a type that does not compile.
	BrokenType Code = "broken-type"
	// GenericRecursion is a generic type that contains ever larger instances of itself.
	GenericRecursion Code = "generic-recursion"
	// InvalidUnion is a directive union or variant that cannot be followed.
	InvalidUnion Code = "invalid-union"
	// InvalidEnum is a directive enum that cannot be followed.
	InvalidEnum Code = "invalid-enum"
	// InvalidTS is stated TypeScript that is none, or for a type whose wire form is known.
	InvalidTS Code = "invalid-ts"
	// UnnameableType is a type that generated code would have to name and cannot.
	UnnameableType Code = "unnameable-type"

	// CustomMarshaler warns of a marshaler whose TypeScript nobody has stated.
	CustomMarshaler Code = "custom-marshaler"
	// Int64Precision warns of integers that JavaScript may round.
	Int64Precision Code = "int64-precision"
	// OneWayMethod warns of a type that clients cannot send as they get it.
	OneWayMethod Code = "one-way-method"
	// SealedInterface warns of a sealed interface that is no union.
	SealedInterface Code = "sealed-interface"
	// ConflictingFields warns of fields that encoding/json leaves out because they claim one
	// property at one depth.
	ConflictingFields Code = "conflicting-fields"
	// UnknownTagOption warns of an option in a json tag that encoding/json ignores.
	UnknownTagOption Code = "unknown-tag-option"
	// UnexportedFields warns of a struct of which nothing travels.
	UnexportedFields Code = "unexported-fields"
	// IgnoredValidate warns of a method Validate that decoders do not call.
	IgnoredValidate Code = "ignored-validate"
)

// The codes of generated code, and of the files around it.
const (
	// NameCollision is a generated name that something else already has.
	NameCollision Code = "name-collision"
	// UnnamedPayload is a payload whose Go type cannot be written in generated code.
	UnnamedPayload Code = "unnamed-payload"
	// Config is a mistake in eventgen.yaml.
	Config Code = "config"
	// UnusedType warns of stated TypeScript for a type that no payload has.
	UnusedType Code = "unused-type"
	// StaleOutput is a generated file that is not as it should be: in annotations of check.
	StaleOutput Code = "stale-output"
	// Internal is a bug of the generator.
	Internal Code = "internal"
)

// Info says what a code means, in one sentence.
type Info struct {
	Code    Code
	Summary string
	// Allowed: it is a warning, or a rule of eventgen breaking, and //eventgen:allow accepts it.
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
	{Code: UnusedAllow, Summary: "//eventgen:allow accepts what does not occur, or accepts it twice"},
	{Code: ConditionalDeclaration, Summary: "a declaration stands in a file that only some builds have"},
	{Code: BadEventType, Summary: "a declaration cannot be an event"},
	{Code: BadEventName, Summary: "a wire name is missing or has characters that it may not have"},
	{Code: DuplicateEvent, Summary: "two events have the same wire name"},
	{Code: UnknownEvent, Summary: "an option names an event that does not exist"},
	{Code: UndeclaredName, Summary: "a constant has the type of an event declaration but no directive", Allowed: true},
	{Code: BadKey, Summary: "key= names no field that can be a key"},
	{Code: SyntaxError, Summary: "a file is not valid Go"},
	{Code: TypeError, Summary: "a declaration that a payload needs does not compile"},
	{Code: BrokenType, Summary: "a payload has a type that does not compile"},
	{Code: UnsupportedType, Summary: "a payload has a kind of value that JSON cannot carry"},
	{Code: GenericRecursion, Summary: "a generic type contains ever larger instances of itself"},
	{Code: InvalidUnion, Summary: "a union cannot be written as its directive says"},
	{Code: InvalidEnum, Summary: "a type cannot be the enum that its directive says"},
	{Code: InvalidTS, Summary: "stated TypeScript is no type, or stands on a type without marshaler"},
	{Code: UnnameableType, Summary: "generated Go would have to name a type that it cannot name"},
	{Code: CustomMarshaler, Summary: "a type marshals itself, and nobody has stated its TypeScript", Allowed: true},
	{Code: Int64Precision, Summary: "a number can pass 2^53, beyond which JavaScript rounds", Allowed: true},
	{Code: OneWayMethod, Summary: "a type has a method that writes it and none that reads that, or the other way round", Allowed: true},
	{Code: SealedInterface, Summary: "a sealed interface is no union, and loses the name of its variant", Allowed: true},
	{Code: ConflictingFields, Summary: "fields hide each other, and encoding/json writes none of them", Allowed: true},
	{Code: UnknownTagOption, Summary: "a json tag has an option that encoding/json ignores", Allowed: true},
	{Code: UnexportedFields, Summary: "a struct has unexported fields alone, and travels as {}", Allowed: true},
	{Code: IgnoredValidate, Summary: "a method Validate has another signature than decoders call", Allowed: true},
	{Code: NameCollision, Summary: "a generated name is taken"},
	{Code: UnnamedPayload, Summary: "generated Go cannot write down the type of a payload"},
	{Code: Config, Summary: "eventgen.yaml has a mistake"},
	{Code: UnusedType, Summary: "TypeScript is stated for a type that no payload has"},
	{Code: StaleOutput, Summary: "check found a file that is missing, stale or orphaned"},
	{Code: Internal, Summary: "a bug of eventgen"},
}

// Allowed returns every code and rule that //eventgen:allow accepts.
func Allowed() []string {
	var names []string
	for _, list := range [][]Info{Codes, Rules} {
		for _, info := range list {
			if info.Allowed {
				names = append(names, string(info.Code))
			}
		}
	}
	return names
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

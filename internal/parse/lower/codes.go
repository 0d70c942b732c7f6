package lower

import "github.com/eventgen/eventgen/internal/diag"

// What the lowering can find. The errors stop the run; the warnings can be accepted with
// //eventgen:allow on the field, on its type or, for what lies in foreign packages, on the event.
const (
	// CodeUnsupportedType is a kind that encoding/json refuses: a channel, a function, a complex
	// number, an unsafe pointer, a map with other keys than strings, integers and texts.
	CodeUnsupportedType diag.Code = "unsupported-type"
	// CodeBrokenType is a type that does not compile.
	CodeBrokenType diag.Code = "broken-type"
	// CodeGenericRecursion is a generic type that contains ever larger instances of itself.
	CodeGenericRecursion diag.Code = "generic-recursion"
	// CodeInvalidUnion is a directive union or variant that cannot be followed.
	CodeInvalidUnion diag.Code = "invalid-union"
	// CodeInvalidEnum is a directive enum that cannot be followed.
	CodeInvalidEnum diag.Code = "invalid-enum"
	// CodeInvalidTS is stated TypeScript for a type whose wire form is known.
	CodeInvalidTS diag.Code = "invalid-ts"
	// CodeUnnameableType is a type that generated code would have to name and cannot.
	CodeUnnameableType diag.Code = "unnameable-type"

	// CodeCustomMarshaler warns of a marshaler whose TypeScript nobody has stated.
	CodeCustomMarshaler diag.Code = "custom-marshaler"
	// CodeInt64Precision warns of integers that JavaScript may round.
	CodeInt64Precision diag.Code = "int64-precision"
	// CodeSealedInterface warns of a sealed interface that is no union.
	CodeSealedInterface diag.Code = "sealed-interface"
	// CodeConflictingFields warns of fields that encoding/json leaves out because they claim one
	// property at one depth.
	CodeConflictingFields diag.Code = "conflicting-fields"
)

package typescript

// reservedTypes cannot be the name of a type or of a type parameter.
var reservedTypes = wordSet(
	"any", "asserts", "async", "await", "bigint", "boolean", "break", "case", "catch", "class", "const",
	"continue", "debugger", "declare", "default", "delete", "do", "else", "enum", "export", "extends",
	"false", "finally", "for", "function", "if", "implements", "import", "in", "infer", "instanceof",
	"interface", "intrinsic", "is", "keyof", "let", "never", "new", "null", "number", "object", "of",
	"package", "private", "protected", "public", "readonly", "return", "static", "string", "super",
	"switch", "symbol", "this", "throw", "true", "try", "type", "typeof", "undefined", "unique",
	"unknown", "var", "void", "while", "with", "yield", "globalThis",
)

// globalTypes are TypeScript's own types that the output mentions. A type parameter of such a name
// would hide them.
var globalTypes = wordSet("Date", "Exclude", "Object", "Promise", "Readonly", "ReadonlyMap", "Uint8Array")

// catalogTypes are the types that catalog.gen.ts declares. A payload type of the same name is
// qualified with its package.
var catalogTypes = wordSet("AnyClientEvent", "AnyServerEvent", "ClientEvents", "EventKeys", "Events", "ServerEvents")

// objectMembers are inherited by every object, so that a property of this name is never absent:
// where the wire has no such key, reading it yields the inherited member.
var objectMembers = wordSet(
	"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString",
	"toString", "valueOf",
)

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

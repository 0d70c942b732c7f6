package diag

// The rules of eventgen breaking about events.
const (
	EventRemoved       Code = "event-removed"
	EventRenamed       Code = "event-renamed"
	IdentifierChanged  Code = "identifier-changed"
	EventMoved         Code = "event-moved"
	ListenRemoved      Code = "listen-removed"
	EmitRemoved        Code = "emit-removed"
	AudienceNarrowed   Code = "audience-narrowed"
	RelayRemoved       Code = "relay-removed"
	PayloadAdded       Code = "payload-added"
	PayloadRemoved     Code = "payload-removed"
	VersionLowered     Code = "version-lowered"
	KeyRemoved         Code = "key-removed"
	KeyChanged         Code = "key-changed"
	KeysLowered        Code = "keys-lowered"
	BatchRemoved       Code = "batch-removed"
	StickyRemoved      Code = "sticky-removed"
	ReplayLowered      Code = "replay-lowered"
	SlowWeakened       Code = "slow-weakened"
	CoalescingAdded    Code = "coalescing-added"
	FlushRemoved       Code = "flush-removed"
	MaxLowered         Code = "max-lowered"
	SettingChanged     Code = "setting-changed"
	FieldRemoved       Code = "field-removed"
	FieldRenamed       Code = "field-renamed"
	FieldRequiredAdded Code = "field-required-added"
	FieldNowRequired   Code = "field-now-required"
	FieldNowOptional   Code = "field-now-optional"
	FieldGoRenamed     Code = "field-go-renamed"
)

// The rules of eventgen breaking about types.
const (
	NullAdded             Code = "null-added"
	NullRemoved           Code = "null-removed"
	TypeChanged           Code = "type-changed"
	NumberWidened         Code = "number-widened"
	NumberNarrowed        Code = "number-narrowed"
	FormatChanged         Code = "format-changed"
	LengthChanged         Code = "length-changed"
	MapKeyChanged         Code = "map-key-changed"
	StatedTypeChanged     Code = "stated-type-changed"
	EnumValueAdded        Code = "enum-value-added"
	EnumValueRemoved      Code = "enum-value-removed"
	EnumValueChanged      Code = "enum-value-changed"
	EnumConstantRenamed   Code = "enum-constant-renamed"
	EnumOpened            Code = "enum-opened"
	EnumClosed            Code = "enum-closed"
	ValidationAdded       Code = "validation-added"
	VariantAdded          Code = "variant-added"
	VariantRemoved        Code = "variant-removed"
	VariantRenamed        Code = "variant-renamed"
	UnionTagChanged       Code = "union-tag-changed"
	TypeRenamed           Code = "type-renamed"
	TypeMoved             Code = "type-moved"
	TypeRemoved           Code = "type-removed"
	TypeQualified         Code = "type-qualified"
	TypeParametersChanged Code = "type-parameters-changed"
	GoTypeChanged         Code = "go-type-changed"
)

// Rules is every rule of eventgen breaking, in the order of docs/breaking.md. Each of them can
// be accepted with //eventgen:allow.
var Rules = []Info{
	{EventRemoved, "an event is gone", true},
	{EventRenamed, "an event has another wire name", true},
	{IdentifierChanged, "the generated identifiers of an event have other names", true},
	{EventMoved, "an event is declared in another package", true},
	{ListenRemoved, "the server does not emit an event any more", true},
	{EmitRemoved, "clients may not emit an event any more", true},
	{AudienceNarrowed, "an event does not reach whom it reached", true},
	{RelayRemoved, "clients may not address other windows with an event any more", true},
	{PayloadAdded, "an event without payload has one now", true},
	{PayloadRemoved, "an event has no payload any more", true},
	{VersionLowered, "the version of an event went down", true},
	{KeyRemoved, "an event has no key any more", true},
	{KeyChanged, "another field is the key of an event", true},
	{KeysLowered, "an event keeps fewer keys apart", true},
	{BatchRemoved, "an event does not come in batches any more", true},
	{StickyRemoved, "a new listener does not get the last value any more", true},
	{ReplayLowered, "a new listener gets fewer past values", true},
	{SlowWeakened, "a client that cannot keep up loses values that it did not lose", true},
	{CoalescingAdded, "a throttle or debounce drops values that were delivered", true},
	{FlushRemoved, "an event may overtake another one", true},
	{MaxLowered, "payloads that were accepted are too large now", true},
	{SettingChanged, "a setting of the output changes what types are, or what is refused", true},
	{FieldRemoved, "a field is gone", true},
	{FieldRenamed, "a field has another JSON name", true},
	{FieldRequiredAdded, "what clients emit needs a new field", true},
	{FieldNowRequired, "what clients emit needs a field that could be absent", true},
	{FieldNowOptional, "a field that was always there can be absent", true},
	{FieldGoRenamed, "a field has another Go name", true},
	{NullAdded, "null can arrive where it could not", true},
	{NullRemoved, "null is refused where it was accepted", true},
	{TypeChanged, "a value is of another kind", true},
	{NumberWidened, "numbers can arrive that could not", true},
	{NumberNarrowed, "numbers are refused that were accepted", true},
	{FormatChanged, "the text of a string follows another format", true},
	{LengthChanged, "an array has another length", true},
	{MapKeyChanged, "the keys of a map are of another kind", true},
	{StatedTypeChanged, "the TypeScript stated for a type is another", true},
	{EnumValueAdded, "an enum has a value that pages do not know", true},
	{EnumValueRemoved, "a value of an enum is gone", true},
	{EnumValueChanged, "a constant stands for another value", true},
	{EnumConstantRenamed, "a constant has another name", true},
	{EnumOpened, "values besides the constants can arrive", true},
	{EnumClosed, "values besides the constants are refused", true},
	{VariantAdded, "a union has a variant that pages do not know", true},
	{VariantRemoved, "a variant of a union is gone", true},
	{VariantRenamed, "a variant has another tag value", true},
	{UnionTagChanged, "a union has its tag or content under another property", true},
	{ValidationAdded, "a payload's Validate can refuse what was accepted", true},
	{TypeRenamed, "a type has another name", true},
	{TypeMoved, "a type is declared in another package", true},
	{TypeRemoved, "a named type became an unnamed one", true},
	{TypeQualified, "a type's TypeScript name changed because another type shares its Go name", true},
	{TypeParametersChanged, "a generic type has other parameters", true},
	{GoTypeChanged, "a field or payload has another Go type with the same wire form", true},
}

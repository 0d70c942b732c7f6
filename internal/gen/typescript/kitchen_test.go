package typescript

import (
	"time"

	"github.com/eventgen/eventgen/internal/ir"
)

// kitchenSink is a model with one of everything that the output can hold.
func kitchenSink() *ir.Model {
	settings := documented(field("const", tString), "")
	settings.Doc.Deprecated = "use theme"
	pushed := eventOf("log:line", tString)
	pushed.Batch, pushed.Wait = 50, 20*time.Millisecond
	both := eventOf("settings:changed", tRef("Settings"))
	both.From, both.Relay, both.To = ir.FromBoth, true, ir.ToWindow
	both.Doc = ir.Doc{Text: "SettingsChanged tells all windows.\n\nIt has */ in it.", Deprecated: "use theme:changed"}
	relayed := fromClient(eventOf("cursor:moved", tRef("Point")))
	relayed.Relay = true
	sticky := keyed(eventOf("download:progress", tRef("Progress")), tString, "id")
	sticky.Sticky, sticky.Throttle = true, 100*time.Millisecond
	replayed := keyed(eventOf("metric", tPtr(tRef("Metric"))), tInt64, "host", "id")
	replayed.Replay = 20
	foreign := eventOf("page:loaded", tRef("Page", tRef("Point")))
	reserved := eventOf("delete", tRef("Date"))

	return model([]*ir.Decl{
		enumDecl("Status", tString, ir.EnumClosed, `StatusOpen="open"`, `StatusShut="it's \"shut\""`),
		enumDecl("Level", tInt, ir.EnumClosed, `LevelInfo=0`, `LevelWarn=1`),
		enumDecl("Mood", tString, ir.EnumOpen, `MoodGood="good"`, `Bad="bad"`),
		enumDecl("Rank", tInt64, ir.EnumOpen, `First=1`, `Second=2`),
		enumDecl("Perm", tInt, ir.EnumFlags, `PermRead=1`, `PermWrite=2`),
		structDecl("Settings", field("theme", tRef("Mood")), settings, field("perm", tRef("Perm"))),
		structDecl("Point", field("x", tFloat64), field("y", tFloat64)),
		structDecl("Metric", field("host", tStruct(field("id", tInt64), documented(field("name", tString), "Name of the host."))), field("value", tFloat64)),
		structDecl("Progress",
			documented(field("id", tString), "ID of it. See */ and @foo."),
			field("n", tInt), omitEmpty(field("speed", tPtr(tFloat64))),
			field("tags", tSlice(tString)), field("byStatus", tMap(tRef("Status"), tInt)),
			field("byLevel", tMap(tRef("Level"), tInt)), field("byNumber", tMap(tInt, tSlice(tBool))),
			field("xyz", tArray(3, tFloat64)), field("none", tArray(0, tInt)), field("hash", tArray(32, tUint8)),
			quoted(field("qInt", tInt64)), quoted(field("qString", tString)), quoted(field("qLevel", tRef("Level"))),
			quoted(field("qBool", tPtr(tBool))), quoted(field("qFloat", tFloat64)),
			field("status", tRef("Status")), field("rank", tRef("Rank")),
			field("odd-key", tAny), field("__proto__", tString), omitEmpty(field("constructor", tString)),
			field("anon", tStruct(field("a", tInt), omitEmpty(field("b", tString)))),
			field("page", tRef("Page", tSlice(tString))),
			field("empty", tRef("Empty")), field("event", tRef("AppEvent")),
			field("custom", tSlice(tCustom("string | number"))), field("stated", tRef("Money")),
			field("names", tRef("Names")), field("date", tRef("Date")), field("at", tTime), field("knot", tRef("Knot")),
			field("data", tBytes), field("raw", tRaw), field("json", tNumber), field("text", tText),
			field("big", tInt64), field("bigs", tMap(tString, tInt64)), field("tree", tRef("Tree")), field("pair", tRef("Pair", tTime, tInt64)),
			field("keyed", tRef("Keyed", tString)), field("bySerial", tMap(tRef("Serial"), tTime)), field("byMark", tMap(tRef("Mark", tInt64), tInt64)),
		),
		structDecl("Empty"), decl("Names", tSlice(tString)), decl("Knot", tPtr(tRef("Knot"))), decl("Money", tCustom("{ cents: number } | null")),
		decl("Tree", tMap(tString, tRef("Tree"))),
		generic(structDecl("Page", field("items", tSlice(tParam("T"))), omitEmpty(field("next", tPtr(tRef("Page", tParam("T")))))), "T"),
		generic(structDecl("Pair", field("first", tParam("A")), field("second", tParam("B"))), "A", "B"),
		keyConstraint(generic(structDecl("Keyed", field("of", tMap(tParam("K"), tBool))), "K", "Unused")),
		unionDecl("AppEvent", "type", "data", "Progress", "Empty", "Names"),
		unionDecl("Inner", "the kind", "", "Point", "Empty", "Metric", "Gone"),
		structDecl("Gone"), decl("Serial", tInt64), unusedParam(generic(decl("Mark", tString), "T")),
		structDecl("Date", field("d", tTime)), structDecl("Promise", field("p", tBytes)), structDecl("Object"),
		structDecl("example.test/other.Point", field("promise", tRef("Promise")), field("object", tPtr(tRef("Object")))),
	},
		eventOf("app:event", tRef("AppEvent")), eventOf("app:inner", tRef("Inner")), eventOf("app:ready", nil),
		fromClient(eventOf("user:action", tRef("Date"))), fromClient(eventOf("user:left", nil)),
		pushed, both, relayed, sticky, replayed, foreign, reserved,
		eventOf("other", tRef("example.test/other.Point")),
		eventOf("names", tSlice(tRef("Mood"))),
	)
}

func keyConstraint(d *ir.Decl) *ir.Decl {
	d.Params[0].Constraint = []*ir.Type{tString, tInt}
	d.Params[1].Unused = true
	return d
}

func unusedParam(d *ir.Decl) *ir.Decl {
	d.Params[0].Unused = true
	return d
}

// allSettings are the settings that change most, each with its name.
var allSettings = map[string]ir.Settings{
	"default": ir.DefaultSettings(),
	"string":  {Nil: ir.NilEmpty, Int64: ir.Int64String, Time: ir.TimeString, Bytes: ir.BytesBase64},
	"native":  {Nil: ir.NilNull, Int64: ir.Int64BigInt, Time: ir.TimeDate, Bytes: ir.BytesArray},
}

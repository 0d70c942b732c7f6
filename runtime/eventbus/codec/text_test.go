package codec_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

func TestReadStrings(t *testing.T) {
	list := []reading{
		{`""`, "", ""}, {`"a"`, "a", ""}, {`"a<&>é日😀"`, "a<&>é日😀", ""}, {"\"\x7f\"", "\x7f", ""},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t", ""},
		{`"\u0041\u00e9\u00FF\u20ac\uFFfd"`, "Aéÿ€\ufffd", ""}, {`"\u0000"`, "\x00", ""},
		{`"\uD83D\ude00"`, "😀", ""}, {`"\ud83d\ude00\ud83D\uDE00!"`, "😀😀!", ""},
		{`"\ud83d"`, nil, "expected Unicode text, found an unpaired surrogate"},
		{`"\ude00"`, nil, "expected Unicode text, found an unpaired surrogate"},
		{`"\ud83d\ud83d"`, nil, "expected Unicode text, found an unpaired surrogate"},
		{`"\ud83dxude00"`, nil, "expected Unicode text, found an unpaired surrogate"},
		{`"\ud83d\nude00"`, nil, "expected Unicode text, found an unpaired surrogate"},
		{"\"\xff\"", nil, "expected Unicode text, found other bytes"},
		{"\"\\n\xff\"", nil, "expected Unicode text, found other bytes"},
		{"\"\\n\xed\xa0\xbd\"", nil, "expected Unicode text, found other bytes"},
		{"1", nil, "expected a string, found 1"},
		{"{}", nil, "expected a string, found an object"},
	}
	checkReadings(t, func(d *codec.Decoder) any { return d.String() }, list)
	checkReadings(t, func(d *codec.Decoder) any {
		text, _ := d.Text()
		return string(text)
	}, list)
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedString() }, []reading{
		{`"\"a\""`, "a", ""}, {`"\"\\u0061\\n\""`, "a\n", ""},
		{`"a"`, nil, `expected a string that holds a JSON string, found "a"`},
		{`"\"a\"x"`, nil, `expected a string that holds a JSON string, found "\"a\"x"`},
		{`"\"a"`, nil, `expected a string that holds a JSON string, found "\"a"`},
		{`""`, nil, `expected a string that holds a JSON string, found ""`},
		{`1`, nil, "expected a string, found 1"},
	})
}

// Text is read wherever the odd character stands: words of eight bytes are looked at together.
func TestReadStringsOfAllLengths(t *testing.T) {
	odd := []string{"", `\"`, `\\`, `\u00e9`, "é", "日", "😀", "\x7f", "<", "&", "'"}
	for n := range 20 {
		for at := range n + 1 {
			for _, s := range odd {
				src := `"` + strings.Repeat("a", at) + s + strings.Repeat("b", n-at) + `"`
				var want string
				if err := json.Unmarshal([]byte(src), &want); err != nil {
					t.Fatal(err)
				}
				d := codec.NewDecoder([]byte(src))
				if got := d.String(); got != want || d.End() != nil {
					t.Fatalf("%s is read as %q, %v", src, got, d.End())
				}
			}
		}
	}
}

// readers are methods that meet a string, as what they want or not.
var readers = map[string]func(d *codec.Decoder){
	"String": func(d *codec.Decoder) { _ = d.String() },
	"Text":   func(d *codec.Decoder) { d.Text() },
	"Any":    func(d *codec.Decoder) { d.Any() },
	"Raw":    func(d *codec.Decoder) { d.Raw() },
	"Int":    func(d *codec.Decoder) { d.Int(8) },
	"Name": func(d *codec.Decoder) {
		for d.Object(); d.Field(); {
			d.Any()
		}
	},
}

func brokenBy(name, src string) string {
	if name == "Name" {
		src = "{" + src
	}
	d := codec.NewDecoder([]byte(src))
	readers[name](d)
	return strings.TrimPrefix(problems(d.End()), "/: ") // the broken name is empty
}

// A string that holds what it may not is broken at that byte.
func TestBrokenStrings(t *testing.T) {
	for src, want := range map[string]string{
		"\"a\nb\"":       `expected an escaped control character, found "\n"`,
		"\"é\x01\"":      `expected an escaped control character, found "\x01"`,
		`"\x"`:           `expected an escape, found "x"`,
		`"\u00g0"`:       `expected an escape, found "u"`,
		`"\u0:00"`:       `expected an escape, found "u"`,
		`"\u0@00"`:       `expected an escape, found "u"`,
		"\"\\u0`00\"":    `expected an escape, found "u"`,
		`"\u0G00"`:       `expected an escape, found "u"`,
		`"\u0/00"`:       `expected an escape, found "u"`,
		`"\ud83d\u00/0"`: `expected an escape, found "u"`,
		"\"\\\xff\"":     "expected an escape, found a byte that is not UTF-8",
	} {
		for name := range readers {
			if got := brokenBy(name, src); got != want {
				t.Errorf("%s: %q is %q, want %q", name, src, got, want)
			}
		}
	}
}

func TestStringsThatDoNotEnd(t *testing.T) {
	const whole = `"abcdefgh\n\u00e9\ud83d\ude00é"`
	for n := 1; n < len(whole); n++ {
		for name := range readers {
			switch got := brokenBy(name, whole[:n]); got {
			case "expected the end of a string, found the end", "expected an escape, found the end", `expected an escape, found "u"`:
			default:
				t.Errorf("%s: %q is %q", name, whole[:n], got)
			}
		}
	}
}

// Random pieces: what is read is what encoding/json reads, and nothing is read that is no text.
func TestReadRandomStrings(t *testing.T) {
	pieces := []string{
		"a", "bcdefghi", "é", "日", "😀", `\n`, `\/`, `\u0061`, `\u00Ff`, `\uD83d`, `\uDe00`, `\ud83d\ude00`, "\xff", "\xe2\x82", `"`, `\`, "\x1f", " ",
	}
	r := rand.New(rand.NewPCG(5, 6))
	read := 0
	for range 50_000 {
		var b strings.Builder
		b.WriteByte('"')
		for range r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		src := b.String() + `"`
		d := codec.NewDecoder([]byte(src))
		got := d.String()
		err := d.End()
		var want string
		refused := json.Unmarshal([]byte(src), &want)
		// encoding/json replaces what is no text. Nothing here is the replacement character itself.
		text := utf8.ValidString(src) && !strings.ContainsRune(want, utf8.RuneError)
		if (err == nil) != (refused == nil && text) || err == nil && got != want {
			t.Fatalf("%q is read as %q, %v; encoding/json: %q, %v", src, got, err, want, refused)
		}
		if err == nil {
			read++
		}
	}
	if read < 5000 {
		t.Errorf("only %d strings were read", read)
	}
}

func TestAppendQuotedStrings(t *testing.T) {
	for _, s := range []string{"", "a", `"`, `\`, `a"b\c`, "é\n<", strings.Repeat(`"\`, 20)} {
		want, err := json.Marshal(struct {
			S string `json:",string"`
		}{s})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf(`{"S":%s}`, codec.AppendQuotedString(nil, s)); got != string(want) {
			t.Errorf("%q is written as %s, want %s", s, got, want)
		}
		if got := string(codec.AppendQuotedString([]byte(`x"\`), s)); got != `x"\`+string(want[5:len(want)-1]) {
			t.Errorf("%q is written behind others as %s", s, got)
		}
	}
}

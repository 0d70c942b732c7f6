package wsconn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

// The cases of the Autobahn test suite for servers
// (github.com/crossbario/autobahn-testsuite, sections 1 to 7, 9, 10 and 12), against an endpoint
// that echoes. Each case is played whole, byte by byte and in pieces of seven, which are the suite's variants
// that send in chops (2.6, 2.11, 5.4 to 5.8, 6.4.3, 9.5, 9.6). Those of section 13, what is negotiated, are
// TestHandshakeAnswers of package httptransport; 9.7 and 9.8 measure round trips.

const mask = "\x37\xfa\x21\x3d"

// frame is what a client sends.
func frame(first byte, payload string) string {
	out := []byte{first}
	switch n := len(payload); {
	case n <= 125:
		out = append(out, 0x80|byte(n))
	case n <= 0xffff:
		out = binary.BigEndian.AppendUint16(append(out, 0x80|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 0x80|127), uint64(n))
	}
	out = append(out, mask...)
	for i := range len(payload) {
		out = append(out, payload[i]^mask[i%4])
	}
	return string(out)
}

const (
	fin     = 0x80
	more    = 0x00
	cont    = 0x0
	text    = 0x1
	bin     = 0x2
	closing = 0x8
	ping    = 0x9
	pong    = 0xa
)

func closeFrame(code uint16, reason string) string {
	return frame(fin|closing, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// fragments is a message in frames of at most n bytes each.
func fragments(op byte, payload string, n int) string {
	var out strings.Builder
	for ; len(payload) > n; payload = payload[n:] {
		out.WriteString(frame(more|op, payload[:n]))
		op = cont // RSV1 stands on the first frame alone
	}
	out.WriteString(frame(fin|op, payload))
	return out.String()
}

// lonely is each of the bytes with a space behind it.
func lonely(from, to byte) string {
	var out strings.Builder
	for b := from; b < to; b++ {
		out.Write([]byte{b, ' '})
	}
	return out.String()
}

// echo records what a server would answer, one line for each answer.
type echo struct{ got []string }

func (e *echo) Message(op ws.OpCode, payload []byte) error {
	e.got = append(e.got, fmt.Sprintf("%d:%s", op, payload))
	return nil
}
func (e *echo) Fragment(int) error { return nil }

func (e *echo) Ping(payload []byte) error {
	e.got = append(e.got, "pong:"+string(payload))
	return nil
}
func (e *echo) Pong([]byte) error { return nil }
func (e *echo) Close(code ws.StatusCode, reason string) error {
	e.got = append(e.got, fmt.Sprintf("close:%d", code))
	return nil
}

func play(input string, piece int, compressed bool) []string {
	e := &echo{}
	r := &Reader{Limit: 1 << 20, Compressed: compressed}
	for chunk := range slices.Chunk([]byte(input), piece) {
		if err := r.Feed(bytes.Clone(chunk), e); err != nil {
			var ce *CloseError
			if !errors.As(err, &ce) {
				return append(e.got, err.Error())
			}
			return append(e.got, fmt.Sprintf("fail:%d", ce.Code))
		}
	}
	return e.got
}

func deflate(t *testing.T, message string) string {
	t.Helper()
	p, err := wsflate.DefaultHelper.Compress([]byte(message))
	if err != nil {
		t.Fatal(err)
	}
	return string(p)
}

func TestAutobahn(t *testing.T) {
	const hello, greek = "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε"
	long := func(n int) string { return strings.Repeat("*", n) }
	bye := closeFrame(1000, "")
	cases := []struct {
		name, input string
		want        []string
	}{}
	add := func(name, input string, want ...string) {
		cases = append(cases, struct {
			name, input string
			want        []string
		}{name, input, want})
	}

	for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536} {
		add(fmt.Sprintf("1.1.%d text of %d bytes", i+1, n), frame(fin|text, long(n)), "1:"+long(n))
		add(fmt.Sprintf("1.2.%d binary of %d bytes", i+1, n), frame(fin|bin, strings.Repeat("\xfe", n)), "2:"+strings.Repeat("\xfe", n))
	}

	add("2.1 ping without payload", frame(fin|ping, ""), "pong:")
	add("2.2 ping with payload", frame(fin|ping, "Hello, world!"), "pong:Hello, world!")
	add("2.3 ping with binary payload", frame(fin|ping, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"), "pong:\x00\xff\xfe\xfd\xfc\xfb\x00\xff")
	add("2.4 ping of 125 bytes", frame(fin|ping, long(125)), "pong:"+long(125))
	add("2.5 ping of 126 bytes", frame(fin|ping, long(126)), "fail:1002")
	add("2.6 ping of 125 bytes before another", frame(fin|ping, long(125))+frame(fin|ping, "x"), "pong:"+long(125), "pong:x")
	add("2.7 pong nobody asked for", frame(fin|pong, "")+bye, "close:1000")
	add("2.8 pong with payload", frame(fin|pong, "unsolicited")+bye, "close:1000")
	add("2.9 pong, then ping", frame(fin|pong, "unsolicited")+frame(fin|ping, "x"), "pong:x")
	pings, pongs := "", []string(nil)
	for i := range 10 {
		pings += frame(fin|ping, fmt.Sprint("payload-", i))
		pongs = append(pongs, fmt.Sprint("pong:payload-", i))
	}
	add("2.10 ten pings", pings, pongs...)

	for i, rsv := range []byte{0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70} {
		add(fmt.Sprintf("3.%d reserved bits %#x", i+1, rsv), frame(fin|text, "a")+frame(fin|rsv|text, hello)+frame(fin|ping, ""), "1:a", "fail:1002")
	}
	add("3.7 reserved bits on a close", frame(fin|0x70|closing, ""), "fail:1002")
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		add(fmt.Sprintf("4 opcode %d", op), frame(fin|text, "a")+frame(fin|op, "")+frame(fin|ping, ""), "1:a", "fail:1002")
		add(fmt.Sprintf("4 opcode %d with payload", op), frame(fin|op, "reserved"), "fail:1002")
	}

	add("5.1 ping in two fragments", frame(more|ping, "frag")+frame(fin|cont, "ment"), "fail:1002")
	add("5.2 pong in two fragments", frame(more|pong, "frag")+frame(fin|cont, "ment"), "fail:1002")
	add("5.20 five fragments with pings", frame(more|text, "1")+frame(fin|ping, "a")+frame(more|cont, "2")+frame(more|cont, "3")+frame(fin|ping, "b")+frame(fin|cont, "4"),
		"pong:a", "pong:b", "1:1234")
	add("5.17 an open continuation of nothing, and text", frame(more|cont, "f1")+frame(fin|text, "f2")+frame(fin|cont, "f3"), "fail:1002")
	add("5.3 text in two fragments", frame(more|text, "frag")+frame(fin|cont, "ment"), "1:fragment")
	add("5.6 a ping between fragments", frame(more|text, "frag")+frame(fin|ping, "p")+frame(fin|cont, "ment"), "pong:p", "1:fragment")
	add("5.9 continuation of nothing", frame(fin|cont, "non-continuation")+frame(fin|text, hello), "fail:1002")
	add("5.12 open continuation of nothing", frame(more|cont, "non-continuation")+frame(fin|text, hello), "fail:1002")
	add("5.15 continuation after the end", frame(more|text, "f1")+frame(fin|cont, "f2")+frame(more|cont, "f3")+frame(fin|text, "f4"), "1:f1f2", "fail:1002")
	add("5.16 continuation first, over and over", frame(more|cont, "f1")+frame(more|text, "f2")+frame(fin|cont, "f3"), "fail:1002")
	add("5.18 text within a fragmented text", frame(more|text, "f1")+frame(fin|text, "f2"), "fail:1002")
	add("5.19 five fragments, two pings", frame(more|text, "1")+frame(more|cont, "2")+frame(fin|ping, "a")+frame(more|cont, "3")+frame(more|cont, "4")+frame(fin|ping, "b")+frame(fin|cont, "5"),
		"pong:a", "pong:b", "1:12345")

	add("6.1.1 empty text", frame(fin|text, ""), "1:")
	add("6.1.2 three empty fragments", frame(more|text, "")+frame(more|cont, "")+frame(fin|cont, ""), "1:")
	add("6.1.3 empty around text", frame(more|text, "")+frame(more|cont, "middle")+frame(fin|cont, ""), "1:middle")
	add("6.2.1 UTF-8", frame(fin|text, hello), "1:"+hello)
	add("6.2.2 UTF-8 in fragments", frame(more|text, hello[:7])+frame(fin|cont, hello[7:]), "1:"+hello)
	bytewise := frame(more|text, "")
	for i := range len(greek) {
		bytewise += frame(more|cont, greek[i:i+1])
	}
	add("6.2.4 UTF-8 in fragments of a byte", bytewise+frame(fin|cont, ""), "1:"+greek)
	add("6.3.1 not UTF-8", frame(fin|text, greek+"\xed\xa0\x80edited"), "fail:1007")
	add("6.4.1 not UTF-8 in the second of three fragments", frame(more|text, greek)+frame(more|cont, "\xf4\x90\x80\x80")+frame(fin|cont, "edited"), "fail:1007")
	add("6.4.2 cannot become UTF-8", frame(more|text, greek+"\xf4")+frame(more|cont, "\x90")+frame(fin|cont, "\x80\x80edited"), "fail:1007")
	for i := 1; i <= len(greek); i++ {
		if prefix := greek[:i]; utf8.ValidString(prefix) {
			add(fmt.Sprintf("6.6.%d the first bytes", i), frame(fin|text, prefix), "1:"+prefix)
		} else {
			add(fmt.Sprintf("6.6.%d the first bytes", i), frame(fin|text, prefix), "fail:1007")
		}
	}
	var continuations strings.Builder
	for b := byte(0x80); b < 0xbf; b++ {
		continuations.WriteByte(b)
	}
	for section, list := range map[string][]string{
		"6.8 sequences of five and six": {"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"},
		"6.10 the last of these":        {"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"},
		"6.11 beyond Unicode":           {"\xf4\x90\x80\x80"},
		"6.12 continuation bytes": {"\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf", "\x80\xbf\x80\xbf\x80",
			"\x80\xbf\x80\xbf\x80\xbf", continuations.String()},
		"6.13 lonely first bytes": {lonely(0xc0, 0xdf), lonely(0xe0, 0xef), lonely(0xf0, 0xf7), lonely(0xf8, 0xfb), lonely(0xfc, 0xfd)},
		"6.14 the last byte missing": {"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
			"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf"},
		"6.15 all of these":          {"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf\xef\xbf\xf7\xbf\xbf\xfb\xbf\xbf\xbf\xfd\xbf\xbf\xbf\xbf"},
		"6.16 bytes of no character": {"\xfe", "\xff", "\xfe\xfe\xff\xff"},
		"6.17 overlong slashes":      {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"},
		"6.18 the greatest overlong": {"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"},
		"6.19 overlong zeros":        {"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"},
		"6.20 surrogates":            {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"},
		"6.21 paired surrogates": {"\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80", "\xed\xad\xbf\xed\xbf\xbf",
			"\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf", "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"},
	} {
		for i, bad := range list {
			add(fmt.Sprintf("%s, %d", section, i+1), frame(fin|text, bad), "fail:1007")
		}
	}
	nonCharacters := []string{"\ufffe", "\uffff"}
	for plane := rune(1); plane <= 16; plane++ {
		nonCharacters = append(nonCharacters, string(plane<<16|0xfffe), string(plane<<16|0xffff))
	}
	for section, list := range map[string][]string{
		"6.5 text":                     {"hello$world", "hello\u00a2world", "hello\u20acworld", "hello\U00024b62world", greek},
		"6.7 the first of each length": {"\x00", "\u0080", "\u0800", "\U00010000"},
		"6.9 the last of each length":  {"\x7f", "\u07ff", "\uffff", "\U0010ffff"},
		"6.11 boundaries":              {"\ud7ff", "\ue000", "\ufffd", "\U0010ffff"},
		"6.22 no characters":           nonCharacters,
		"6.23 specials":                {"\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff"},
	} {
		for i, good := range list {
			add(fmt.Sprintf("%s, %d", section, i+1), frame(fin|text, good), "1:"+good)
		}
	}

	add("7.1.1 message, close", frame(fin|text, hello)+bye, "1:"+hello, "close:1000")
	add("7.1.2 two closes", bye+bye, "close:1000")
	add("7.1.3 ping after close", bye+frame(fin|ping, ""), "close:1000")
	add("7.1.4 text after close", bye+frame(fin|text, hello), "close:1000")
	add("7.1.5 close within a fragmented text", frame(more|text, "frag")+bye+frame(fin|cont, "ment"), "close:1000")
	add("7.1.6 a long message, close, ping", frame(fin|text, long(256<<10))+bye+frame(fin|ping, ""), "1:"+long(256<<10), "close:1000")
	add("7.3.1 close without payload", frame(fin|closing, ""), "close:1000")
	add("7.3.2 close of one byte", frame(fin|closing, "a"), "fail:1002")
	add("7.3.3 close with a code alone", closeFrame(1000, ""), "close:1000")
	add("7.3.4 close with a reason", closeFrame(1000, "bye"), "close:1000")
	add("7.3.5 the longest reason", closeFrame(1000, long(123)), "close:1000")
	add("7.3.6 a reason too long", closeFrame(1000, long(124)), "fail:1002")
	add("7.5.1 a reason that is not UTF-8", closeFrame(1000, "\xce\xba\xed\xa0\x80"), "fail:1007")
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		add(fmt.Sprintf("7.7 close %d", code), closeFrame(code, ""), fmt.Sprintf("close:%d", code))
	}
	for _, code := range []uint16{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535} {
		add(fmt.Sprintf("7.9 close %d", code), closeFrame(code, ""), "fail:1002")
	}

	for _, n := range []int{64 << 10, 256 << 10, 1 << 20} { // the limit here; 9.1 goes up to 16 MiB
		add(fmt.Sprintf("9.1 text of %d bytes", n), frame(fin|text, long(n)), "1:"+long(n))
		add(fmt.Sprintf("9.2 binary of %d bytes", n), frame(fin|bin, long(n)), "2:"+long(n))
	}
	for _, n := range []int{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10} {
		add(fmt.Sprintf("9.3 text in fragments of %d bytes", n), fragments(text, long(1<<20), n), "1:"+long(1<<20))
		add(fmt.Sprintf("9.4 binary in fragments of %d bytes", n), fragments(bin, long(1<<20), n), "2:"+long(1<<20))
	}
	add("9.1 text over the limit", frame(fin|text, long(1<<20+1)), "fail:1009")
	add("9.3 fragments over the limit", frame(more|text, long(1<<20))+frame(fin|cont, "!"), "fail:1009")
	add("10.1 fragments of 1300 bytes", fragments(text, long(65536), 1300), "1:"+long(65536))

	add("a frame without a mask", "\x81\x01a", "fail:1002")
	add("a length with the top bit set", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00"+mask, "fail:1002")

	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pieces := []int{len(c.input) + 1, 7, 1}
			if len(c.input) > 1<<17 {
				pieces = []int{len(c.input) + 1, 1 << 16} // the small pieces say nothing more
			}
			for _, piece := range pieces {
				if got := play(c.input, piece, false); !slices.Equal(got, c.want) {
					t.Errorf("in pieces of %d: got %.200q, want %.200q", piece, got, c.want)
				}
			}
		})
	}
}

func TestAutobahnCompression(t *testing.T) {
	long := strings.Repeat("compress me ", 5000)
	packed := deflate(t, long)
	bomb := deflate(t, strings.Repeat("\x00", 1<<20+1))
	cases := map[string]struct {
		input string
		want  []string
	}{
		"12 a compressed message":       {frame(fin|0x40|text, packed), []string{"1:" + long}},
		"12 beside a plain one":         {frame(fin|text, "a") + frame(fin|0x40|text, packed), []string{"1:a", "1:" + long}},
		"12 in fragments":               {frame(0x40|text, packed[:9]) + frame(fin|ping, "p") + frame(fin|cont, packed[9:]), []string{"pong:p", "1:" + long}},
		"12 RSV1 on a continuation":     {frame(0x40|text, packed[:9]) + frame(fin|0x40|cont, packed[9:]), []string{"fail:1002"}},
		"12 RSV1 on a ping":             {frame(fin|0x40|ping, ""), []string{"fail:1002"}},
		"12 RSV2":                       {frame(fin|0x20|text, packed), []string{"fail:1002"}},
		"12 it does not inflate":        {frame(fin|0x40|text, "\xff\xff\xff\xff"), []string{"fail:1007"}},
		"12 it inflates to no UTF-8":    {frame(fin|0x40|text, deflate(t, "\xff\xfe")), []string{"fail:1007"}},
		"12 it inflates over the limit": {frame(fin|0x40|bin, bomb), []string{"fail:1009"}},
	}
	random := rand.NewChaCha8([32]byte{})
	for kind, message := range map[string]func(n int) string{
		"text":  func(n int) string { return strings.Repeat("Da steh ich nun, ich armer Tor! ", n/32+1)[:n] },
		"noise": func(n int) string { p := make([]byte, n); _, _ = random.Read(p); return string(p) },
	} {
		for _, size := range []struct{ bytes, fragment int }{
			{0, 0}, {16, 0}, {64, 0}, {256, 0}, {1024, 0}, {4096, 0}, {8192, 0}, {16384, 0}, {32768, 0}, {65536, 0}, {131072, 0},
			{8192, 256}, {16384, 256}, {32768, 256}, {65536, 256}, {131072, 256}, {131072, 1024}, {131072, 4096}, {131072, 32768},
		} {
			m := message(size.bytes)
			packed := deflate(t, m)
			fragment := size.fragment
			if fragment == 0 {
				fragment = len(packed)
			}
			c := cases["12"]
			c.input, c.want = fragments(0x40|bin, packed, fragment), []string{"2:" + m}
			cases[fmt.Sprintf("12 %s of %d bytes in fragments of %d", kind, size.bytes, size.fragment)] = c
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, piece := range []int{len(c.input) + 1, 3} {
				if got := play(c.input, piece, true); !slices.Equal(got, c.want) {
					t.Errorf("in pieces of %d: got %.200q, want %.200q", piece, got, c.want)
				}
			}
		})
	}
}

func readFrame(framed []byte) (ws.Frame, error) {
	r := bytes.NewReader(framed)
	h, err := ws.ReadHeader(r)
	if err == nil && int64(r.Len()) != h.Length {
		err = fmt.Errorf("header tells %d bytes, %d follow", h.Length, r.Len())
	}
	return ws.Frame{Header: h, Payload: framed[len(framed)-r.Len():]}, err
}

// TestFramesAreRead plays what the server frames back through a client's parser.
func TestFramesAreRead(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 65535, 65536} {
		message := bytes.Repeat([]byte("x"), n)
		for name, framed := range map[string][]byte{"text": AppendText(nil, message), "compressed": AppendCompressed(nil, message)} {
			f, err := readFrame(framed)
			if err != nil {
				t.Fatal(err)
			}
			if f.Header.Rsv1() {
				if f, err = wsflate.DecompressFrame(f); err != nil {
					t.Fatal(err)
				}
			}
			if !f.Header.Fin || f.Header.OpCode != ws.OpText || !bytes.Equal(f.Payload, message) {
				t.Errorf("%s of %d bytes came back as %v of %d", name, n, f.Header, len(f.Payload))
			}
		}
	}
	f, err := readFrame(AppendClose(nil, 4401, strings.Repeat("ü", 100)))
	if err != nil {
		t.Fatal(err)
	}
	code, reason := ws.ParseCloseFrameData(f.Payload)
	if code != 4401 || reason != strings.Repeat("ü", 61) {
		t.Errorf("close came back as %d %q", code, reason)
	}
}

// TestIdleHoldsNothing: between frames a reader keeps no bytes.
func TestIdleHoldsNothing(t *testing.T) {
	r := &Reader{Limit: 1 << 20}
	for chunk := range slices.Chunk([]byte(frame(more|text, strings.Repeat("a", 5000))+frame(fin|cont, "b")), 100) {
		if err := r.Feed(chunk, &echo{}); err != nil {
			t.Fatal(err)
		}
	}
	if r.partial != nil || r.message != nil {
		t.Errorf("kept %d and %d bytes", cap(r.partial), cap(r.message))
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(frame(more|text, "frag")+frame(fin|ping, "p")+frame(fin|cont, "ment")), 3, false)
	f.Add([]byte(frame(fin|0x40|text, "\xca\x48\xcd\xc9\xc9\x07\x00")), 2, true)
	f.Fuzz(func(t *testing.T, input []byte, piece int, compressed bool) {
		if piece < 1 || len(input) == 0 {
			return
		}
		whole, parts := play(string(input), len(input), compressed), play(string(input), piece, compressed)
		if !slices.Equal(whole, parts) {
			t.Errorf("whole: %q, in pieces of %d: %q", whole, piece, parts)
		}
	})
}

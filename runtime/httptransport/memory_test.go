package httptransport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// What docs/security.md and docs/protocol.md say.
const (
	mostInbox    = 1 << 20
	mostAnswers  = 1 << 20
	mostOutcomes = 1024
	mostText     = 1 << 10
)

// blocked opens a stream of the account whose first emit does not return, and returns what posts to it.
func (p *place) blocked(account string) (post func(body string) int) {
	p.t.Helper()
	pg := p.stream(`{"listen":{}}`, "Account", account)
	post = func(body string) int {
		status, _, _ := p.do(http.MethodPost, body, "Eventgen-Peer", pg.welcome["peer"].(string))
		return status
	}
	if status := post(`{"emit":"message","id":1,"payload":"block"}`); status != http.StatusAccepted {
		p.t.Fatalf("status %d", status)
	}
	return post
}

func (p *place) block() {
	done := make(chan struct{})
	p.t.Cleanup(func() { close(done) })
	message.Listen(p.bus, func(context.Context, string) error { <-done; return nil })
}

// fill posts until that is refused, and returns how many bytes were accepted.
func fill(post func(string) int, body string) (n int) {
	for n < 10<<20 && post(body) == http.StatusAccepted {
		n += len(body)
	}
	return n
}

var longListen = fmt.Sprintf(`{"listen":{%q:{}},"id":2}`, strings.Repeat("x", 60_000))

func TestGuarantee17InboxCountsWholeMessages(t *testing.T) {
	p := newPlace(t, session.WithRate(1e6, 1e6), WithAccount(byHeader))
	p.block()
	for _, body := range []string{
		longListen,
		`{"auth":"` + strings.Repeat("x", 60_000) + `"}`,
		`[{"unlisten":[` + strings.Repeat(`"",`, 20_000) + `""],"id":2}]`,
	} {
		before := heap()
		if n := fill(p.blocked("ann"), body); n > mostInbox {
			t.Errorf("%d bytes wait of %.30s…", n, body)
		}
		if used := heap() - before; used > 3*mostInbox {
			t.Errorf("%d bytes are in use for %.30s…", used, body)
		}
	}
}

func TestGuarantee22WaitingMessages(t *testing.T) {
	p := newPlace(t, session.WithRate(1e6, 1e6), WithAccount(byHeader), session.WithMaxMemory(8<<20)) // 512 KiB each
	p.block()
	total := 0
	for range 4 {
		total += fill(p.blocked("ann"), longListen)
	}
	if total > 600<<10 {
		t.Errorf("%d bytes of one account wait", total)
	}
	if n := fill(p.blocked("bob"), longListen); n < 300<<10 {
		t.Errorf("%d bytes of another account wait", n)
	}
}

func TestGuarantee22UnfinishedMessages(t *testing.T) {
	p := newPlace(t, WithAccount(byHeader), session.WithMaxMemory(4<<20)) // 256 KiB each
	open := func(account string) bool {
		pg := p.open(`{"listen":{}}`, accountOption(account))
		noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewFrame(ws.OpText, false, []byte(strings.Repeat(" ", 50_000))))))
		noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewPingFrame(nil)))) // answered when that has been read
		f := readFrame(t, pg.conn)
		if f.Header.OpCode == ws.OpClose {
			if code, reason := ws.ParseCloseFrameData(f.Payload); code != session.CloseRateLimited {
				t.Errorf("closed with %d %s", code, reason)
			}
		}
		return f.Header.OpCode == ws.OpPong
	}
	n := 0
	for n < 20 && open("ann") {
		n++
	}
	if n < 3 || n > 6 {
		t.Errorf("%d messages of 50 KB are held for one account", n)
	}
	if !open("bob") {
		t.Error("none for another")
	}
}

// A page that reads nothing holds one write, and those of one account as much as it may hold. Another account's do not
// lose by it.
func TestGuarantee22PagesThatReadNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	p := newPlaceOn(t, narrow{l}, nil, WithAccount(byHeader), session.WithMaxMemory(8<<20)) // 512 KiB each
	bob := p.open(`{"listen":{"other":{}}}`, accountOption("bob"))
	before := heap()
	const pages = 60
	for n := range pages {
		p.open(fmt.Sprintf(`{"listen":{"other":{},"latest":{"keys":[%d]}}}`, n), accountOption("ann"))
	}
	text := strings.Repeat("x", 50_000)
	for range 200 {
		emit(t, p.bus, other, text)
		if f := bob.next(); f["payload"] != text {
			t.Fatal("another page got something else")
		}
	}
	if used := heap() - before; used > 16<<20+pages*64<<10+1<<20 {
		t.Errorf("%d bytes are in use", used)
	}
	if held := p.h.Stats().Charged; held > 512<<10 {
		t.Errorf("the account holds %d bytes", held)
	}
}

func TestGuarantee22Subscriptions(t *testing.T) {
	p := newPlace(t, WithAccount(byHeader), session.WithMaxMemory(4<<20))
	interest := interestInKeys(400, 100)
	open := func(account string) bool {
		pg := p.socket(accountOption(account))
		pg.send(`{"hello":{"listen":{"sticky":` + interest + `}}}`)
		f, err := pg.tryNext()
		welcome, _ := f["welcome"].(object)
		return err == nil && welcome["refused"] == nil
	}
	n := 0
	for range 10 {
		if open("ann") {
			n++
		}
	}
	if n == 0 || n > 6 {
		t.Errorf("one account listens %d times to 400 keys", n)
	}
	if !open("bob") {
		t.Error("another account does not")
	}
}

// What emits came to is kept in little, whatever the application says.
func TestOutcomesTakeLittle(t *testing.T) {
	p := newPlace(t, session.WithRate(1e6, 1e6))
	ask.Listen(p.bus, func(_ context.Context, a progress) error {
		if a.N%2 == 1 {
			return eventbus.Reject("odd", strings.Repeat("x", 100_000))
		}
		return nil
	})
	pg := p.open(`{"listen":{}}`)
	before := heap()
	var last object
	for id := range 2 * mostOutcomes {
		pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":%d}}`, id, id))
		last = pg.next()
	}
	if e, _ := last["error"].(object); len(show(e["message"])) != mostText+2 {
		t.Errorf("the answer is %.100s", show(last))
	}
	if used := heap() - before; used > mostOutcomes/2*(mostText+300)+64<<10 {
		t.Errorf("%d bytes are in use for %d outcomes", used, mostOutcomes)
	}
	for id := range 2 * mostOutcomes {
		pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":%d}}`, id, id))
		e, _ := pg.next()["error"].(object)
		code, _ := e["code"].(string)
		if want := []string{"", "odd"}[id%2]; id < mostOutcomes && code != "outcome_unknown" || id >= mostOutcomes && code != want {
			t.Fatalf("emit %d, again, came to %q", id, code)
		}
	}
}

// The table of docs/security.md is that of the defaults.
func TestLimitsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	noError(t, err)
	for line := range strings.Lines(newPlace(t).h.Limits().String()) {
		if name, size := strings.TrimSpace(line[:14]), strings.TrimSpace(line[14:]); !strings.Contains(string(text), "| "+name+" | "+size+" |") {
			t.Errorf("docs/security.md does not have | %s | %s |", name, size)
		}
	}
}

package httptransport

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// mallory is an account that does what it can to cost the others something, while they are played with.
type mallory struct {
	t       *testing.T
	p       *place
	stop    chan struct{}
	all     sync.WaitGroup
	before  int
	refused atomic.Int64
	taken   atomic.Int64
}

func (m *mallory) begin(p *place) {
	m.p, m.stop = p, make(chan struct{})
	message.Listen(p.bus, func(_ context.Context, text string) error {
		if strings.HasPrefix(text, "block") {
			<-m.stop
		}
		return nil
	})
	m.before = heap()
	reader := p.open(`{"window":"mallory","listen":{"message":{},"state":{}}}`, m.option())
	m.all.Go(func() {
		for {
			if _, err := reader.tryNext(); err != nil {
				return
			}
		}
	})
	for _, attack := range []func(){
		m.fillInbox, m.leaveKeys, m.floodLog, m.fillKeys, m.sendLargeHeaders, m.sendBadText, m.sendSmallFrames, m.sendSlowBodies,
		m.readNothing, m.leaveUnfinished,
	} {
		m.all.Go(func() {
			for !m.stopped() {
				attack()
			}
		})
	}
}

func (m *mallory) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

// round checks what the handler holds, and that Go code is not held back.
func (m *mallory) round() {
	for n := range 8 {
		if err := state.Emit(background, m.p.bus, progress{fmt.Sprint("own ", n), n}); err != nil {
			m.t.Errorf("an emit of Go code: %v", err)
		}
	}
	if used, most := heap()-m.before, m.p.h.Limits().Total(); used > most {
		m.t.Errorf("%d bytes are in use, the limits are\n%v", used, m.p.h.Limits())
	}
}

func (m *mallory) end() {
	close(m.stop)
	m.p.h.Disconnect(eventbus.Where(func(p eventbus.Peer) bool { return p.Account == "mallory" }))
	m.all.Wait()
}

func (m *mallory) option() pageOption { return accountOption("mallory") }

// socket opens a WebSocket with a hello, as often as that is allowed.
func (m *mallory) socket(o pageOption, hello string) *page {
	pg, err := m.p.trySocket(o)
	if err != nil {
		return nil
	}
	pg.send(`{"hello":` + hello + `}`)
	if f, err := pg.tryNext(); err != nil || f["welcome"] == nil {
		pg.cut()
		m.refused.Add(1)
		return nil
	}
	m.taken.Add(1)
	return pg
}

// fillInbox posts messages of what takes most memory, while the first of them is not handled.
func (m *mallory) fillInbox() {
	pg, err := m.p.tryStream(m.p.client(), m.p.request(http.MethodPost, `{"hello":{"listen":{}}}`, "Accept", "text/event-stream", "Account", "mallory"))
	if err != nil {
		return
	}
	defer pg.cut()
	f, err := pg.tryNext()
	if err != nil {
		return
	}
	name, _ := f["welcome"].(object)["peer"].(string)
	bodies := []string{
		`{"emit":"message","id":1,"payload":"block"}`,
		"[" + strings.Repeat(`{"auth":""},`, 5000) + `{"auth":""}]`,
		`{"listen":{"sticky":{"keys":[` + strings.Repeat("1,", 30_000) + `1]}},"id":2}`,
	}
	for n := range 40 {
		answer, err := m.p.client().Do(m.p.request(http.MethodPost, bodies[min(n, 1+n%2)], "Eventgen-Peer", name))
		if err != nil {
			return
		}
		_ = answer.Body.Close()
		if m.stopped() {
			return
		}
	}
}

// leaveKeys opens connections that listen to many keys, and leaves.
func (m *mallory) leaveKeys() {
	if pg := m.socket(m.option(), `{"listen":{"sticky":`+interestInKeys(800, 60)+`}}`); pg != nil {
		pg.cut()
	}
}

// floodLog relays to many names.
func (m *mallory) floodLog() {
	pg := m.socket(m.option(), `{"listen":{}}`)
	if pg == nil {
		return
	}
	defer pg.cut()
	names := []string{`"mallory"`}
	for n := range 200 {
		names = append(names, fmt.Sprintf("%q", fmt.Sprint(n, strings.Repeat("x", 100))))
	}
	for id := range 200 {
		pg.send(fmt.Sprintf(`{"emit":"message","id":%d,"payload":%q,"to":{"windows":[%s]}}`, id, strings.Repeat("y", 5000), strings.Join(names, ",")))
		if f, err := pg.tryNext(); err != nil || f["ack"] == nil {
			return
		}
	}
}

// fillKeys has as many values kept as it can.
func (m *mallory) fillKeys() {
	pg := m.socket(m.option(), `{"listen":{}}`)
	if pg == nil {
		return
	}
	defer pg.cut()
	for id := range 600 {
		pg.send(fmt.Sprintf(`{"emit":"state","id":%d,"payload":{"id":"%d","n":1},"to":{"window":"mallory"}}`, id, id))
		if f, err := pg.tryNext(); err != nil || f["ack"] == nil {
			return
		}
	}
}

func (m *mallory) sendLargeHeaders() {
	o := m.option()
	o.header.Set("X-Large", strings.Repeat("x", 500_000))
	if pg := m.socket(o, `{"listen":{}}`); pg != nil {
		pg.cut()
	}
}

func (m *mallory) sendBadText() {
	pg := m.socket(m.option(), `{"listen":{}}`)
	if pg == nil {
		return
	}
	defer pg.cut()
	pg.send("{\"emit\":\"message\",\"id\":1,\"payload\":\"\xff\",\"to\":{\"window\":\"mallory\"}}")
	_, _ = pg.tryNext()
}

func (m *mallory) sendSmallFrames() {
	pg := m.socket(m.option(), `{"listen":{}}`)
	if pg == nil {
		return
	}
	defer pg.cut()
	for range 1000 {
		if ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewPongFrame(nil))) != nil ||
			ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewPingFrame(nil))) != nil {
			return
		}
	}
}

// sendSlowBodies begins requests and does not end them.
func (m *mallory) sendSlowBodies() {
	conn, err := m.p.dial()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nAccount: mallory\r\nAccept: text/event-stream\r\n"+
		"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{", strings.Repeat(" ", 50_000))
	select {
	case <-m.stop:
	case <-time.After(10 * time.Millisecond): // so that there are some, and not more and more
	}
}

// readNothing asks for much, and reads none of it.
func (m *mallory) readNothing() {
	pg := m.socket(m.option(), `{"listen":{"state":{},"tick":{},"lossy":{}}}`)
	if pg == nil {
		return
	}
	defer pg.cut()
	unknown := strings.Repeat("x", 30_000)
	for id := range 100 {
		pg.send(fmt.Sprintf(`{"listen":{%q:{}},"id":%d}`, unknown, id))
		if m.stopped() {
			return
		}
	}
}

// leaveUnfinished begins messages, on all the connections that it gets.
func (m *mallory) leaveUnfinished() {
	var pages []*page
	for range 20 {
		if pg := m.socket(m.option(), `{"listen":{}}`); pg != nil {
			pages = append(pages, pg)
			_ = ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewFrame(ws.OpText, false, []byte(strings.Repeat(" ", 60_000)))))
		}
	}
	for _, pg := range pages {
		pg.cut()
	}
}

// TestGuarantee22HostileAccount plays the model while an account does all that it can: none of the others is told of a
// gap or gets an error, and what is held stays below the limits.
func TestGuarantee22HostileAccount(t *testing.T) {
	const most = 64
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := &mallory{t: t}
			pages := playModel(t, seed, eventbus.WithLog(4<<20, time.Hour), []Option{
				session.WithRate(1e6, 1e6), WithAccount(byHeader), session.WithMaxPeers(most), session.WithMaxPeersPerAccount(most / 2), session.WithMaxMemory(8 << 20),
			}, m)
			for _, pg := range pages {
				if pg.gaps != 0 {
					t.Errorf("%s was told of %d gaps", pg.label, pg.gaps)
				}
			}
			if m.taken.Load() == 0 || m.refused.Load() == 0 {
				t.Errorf("%d connections were opened, %d refused: this is no test", m.taken.Load(), m.refused.Load())
			}
			t.Logf("%d opened, %d refused\n%v", m.taken.Load(), m.refused.Load(), m.p.h.Limits())
		})
	}
}

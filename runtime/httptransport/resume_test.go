package httptransport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/session"
)

// TestGuarantee06CutLinks has pages listen, emit, stall, stay away, reload and come back over both
// transports, on links that are cut anywhere, and holds everything that they get against a model:
// each delivery comes once and in order, or a gap has told of it; each emit runs once; sticky and
// replayed values are what they should be.
func TestGuarantee06CutLinks(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			opts := []Option{session.WithRate(1e6, 1e6)}
			if seed%2 == 1 {
				opts = append(opts, session.WithQueue(15))
			}
			playModel(t, seed, eventbus.WithLog(16<<10<<(seed%4), 0), opts, nil)
		})
	}
}

const (
	modelPages  = 4
	modelRounds = 30
	// besideRounds is how many there are beside something else, which takes its time.
	besideRounds = 12
)

// beside is what goes on while the model is played.
type beside interface {
	begin(p *place)
	round()
	end()
}

func playModel(t *testing.T, seed uint64, log eventbus.Option, opts []Option, other beside) []*modelPage {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	p := newPlaceOn(t, narrow{l}, []eventbus.Option{log}, opts...)
	h := &history{t: t, bus: func() *eventbus.Bus { return p.bus }, landed: func() {}, ran: map[string]int{}}
	h.listen(p.bus)
	random := rand.New(rand.NewPCG(seed, 0))
	pages := newModelPages(t, h, seed, func() *place { return p })
	for _, pg := range pages {
		pg.steady = other != nil
	}
	if other != nil {
		other.begin(p)
		defer other.end()
	}
	rounds := modelRounds
	if other != nil {
		rounds = besideRounds
	}
	for range rounds {
		if playRound(pages, func() {
			for range random.IntN(60) {
				h.emit(randomRecord(random))
			}
		}); t.Failed() {
			return pages
		}
		if other != nil {
			other.round()
		}
	}
	h.checkEmits(pages)
	return pages
}

// listen counts what pages emit, and what runs on the bus.
func (h *history) listen(b *eventbus.Bus) {
	ask.Listen(b, func(_ context.Context, a progress) error {
		h.ranMu.Lock()
		defer h.ranMu.Unlock()
		h.ran[fmt.Sprint(a.ID, a.N)]++
		return nil
	})
}

func newModelPages(t *testing.T, h *history, seed uint64, turn func() *place) []*modelPage {
	pages := make([]*modelPage, modelPages)
	for i := range pages {
		pages[i] = &modelPage{
			t: t, turn: turn, h: h, label: fmt.Sprint("w", i), random: rand.New(rand.NewPCG(seed, uint64(i+1))),
			heard: map[string]*heard{}, acked: map[int]bool{}, since: map[string]float64{},
		}
	}
	return pages
}

// playRound has each page do something while there are emits.
func playRound(pages []*modelPage, emits func()) {
	emitted := make(chan struct{})
	var all sync.WaitGroup
	for _, pg := range pages {
		all.Go(func() { pg.round(emitted) })
	}
	emits()
	close(emitted)
	all.Wait()
}

func randomRecord(random *rand.Rand) record {
	r := record{event: []string{"tick", "tick", "replay", "sticky", "latest", "lossy"}[random.IntN(6)]}
	switch r.event {
	case "tick":
		if random.IntN(3) == 0 {
			r.target = fmt.Sprint("w", random.IntN(modelPages))
		}
	case "sticky", "latest":
		r.key = string(rune('a' + random.IntN(4)))
	}
	return r
}

// checkEmits checks that each emit of a page has run once if it was answered, and never twice.
func (h *history) checkEmits(pages []*modelPage) {
	for _, pg := range pages {
		pg.cut()
		for n := 1; n <= pg.emits; n++ {
			if ran := h.ran[fmt.Sprint(pg.label, n)]; ran > 1 || ran == 0 && pg.acked[n] {
				h.t.Errorf("%s: its emit %d ran %d times, acked: %v", pg.label, n, ran, pg.acked[n])
			}
		}
	}
}

// narrow makes a page that does not read stall its connection soon.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(4 << 10)
	}
	return c, err
}

// modelPage is a page that keeps to docs/protocol.md, and a model of what it should get.
type modelPage struct {
	t      *testing.T
	turn   func() *place // who takes the next request
	p      *place        // who has the connection
	h      *history
	label  string
	random *rand.Rand

	pg      *page // nil while there is no connection
	peer    string
	session string
	ticket  string
	epoch   string
	seq     float64
	ids     int
	sent    int                // the highest id of an emit that was written
	since   map[string]float64 // from where it listens to each event

	heard map[string]*heard // what the backend has confirmed
	asked map[string]*heard // by a listen without an answer

	steady bool // never fails on what it is sent
	gaps   int
	emits  int // how many this page has made
	acked  map[int]bool
}

func (m *modelPage) fail(format string, args ...any) {
	m.t.Errorf("%s: %s", m.label, fmt.Sprintf(format, args...))
}

// round does something, and then makes sure that all that was emitted has come or was told of.
func (m *modelPage) round(emitted <-chan struct{}) {
	switch m.random.IntN(8) {
	case 0:
		m.cut()
		return // away for the round
	case 1:
		return // not reading for the round
	case 2:
		m.reload()
	case 3, 4:
		m.listen()
	case 5:
		m.unlisten()
	}
	m.emit()
	<-emitted
	if now := m.h.all(); m.emit() {
		for event, w := range m.heard {
			if err := w.check(now, event, m.label); err != nil {
				m.fail("%s: %v", event, err)
			}
		}
	}
}

func (m *modelPage) cut() {
	if m.pg != nil {
		for len(m.pg.frames) > 0 { // a message comes whole
			_, _ = m.next()
		}
		m.pg.cut()
		m.pg = nil
	}
}

// reload begins anew.
func (m *modelPage) reload() {
	m.cut()
	m.session, m.ticket, m.ids, m.sent = "", "", 0, 0
	now := m.h.now()
	for event, w := range m.heard {
		m.heard[event] = newHeard(w.keys, now)
	}
}

// interests of random events; of those with keys sometimes in some keys only.
func (m *modelPage) interest() (event string, keys []string) {
	event = []string{"tick", "replay", "sticky", "latest", "lossy"}[m.random.IntN(5)]
	if (event == "sticky" || event == "latest") && m.random.IntN(2) == 0 {
		keys = [][]string{{"a"}, {"a", "b"}, {"c"}}[m.random.IntN(3)]
	}
	return event, keys
}

func interestText(keys []string) object {
	if keys == nil {
		return object{}
	}
	return object{"keys": keys}
}

func (m *modelPage) listen() {
	event, keys := m.interest()
	for !m.t.Failed() {
		m.connect()
		m.ids++
		w, old := newHeard(keys, m.h.now()), m.heard[event]
		if old != nil {
			w = old.replaced(keys)
		}
		m.asked = map[string]*heard{event: w}
		answer, ok := m.ask(object{"listen": object{event: interestText(keys)}, "id": m.ids}, m.ids)
		m.asked = nil
		if ok {
			m.since[event], _ = answer["at"].(float64)
			w.confirm()
			m.heard[event] = w
			return
		}
		if old != nil { // what came while nobody answered has come
			old.seq, old.next, old.last = w.seq, w.next, w.last
		}
	}
}

func (m *modelPage) unlisten() {
	event, _ := m.interest()
	w := m.heard[event]
	delete(m.heard, event)
	if m.pg == nil || w == nil {
		return
	}
	m.ids++
	w.unknown = true
	m.asked = map[string]*heard{event: w}
	m.ask(object{"unlisten": []string{event}, "id": m.ids}, m.ids)
	m.asked = nil
}

// emit emits once, however many connections that takes, and takes everything that comes before the
// answer. It reports whether the backend has answered, so that nothing is on its way any more.
func (m *modelPage) emit() bool {
	m.connect()
	m.ids++
	m.emits++
	id, n := m.ids, m.emits
	session := m.session
	for !m.t.Failed() {
		m.sent = max(m.sent, id)
		answer, ok := m.ask(object{"emit": "ask", "id": id, "payload": progress{m.label, n}}, id)
		switch {
		case ok && answer["error"] != nil && answer["error"].(object)["code"] == "outcome_unknown":
			return true
		case ok && answer["error"] != nil:
			m.fail("emit %d: %v", n, answer)
		case ok:
			m.acked[n] = true
			return true
		}
		if m.connect(); m.session != session {
			return false // nobody knows whether it ran
		}
	}
	return false
}

// ask sends a frame and takes what comes until it is answered, or the connection ends.
func (m *modelPage) ask(frame object, id int) (answer object, ok bool) {
	if m.send(show(frame)) != nil {
		m.cut()
		return nil, false
	}
	for {
		f, err := m.next()
		if err != nil {
			m.cut()
			return nil, false
		}
		if f["ack"] == float64(id) {
			return f, true
		}
	}
}

// connect opens a connection if there is none, over either transport, until there has been a welcome.
func (m *modelPage) connect() {
	for tries := 0; m.pg == nil && !m.t.Failed(); tries++ {
		m.p = m.turn()
		listen := object{}
		for event, w := range m.heard {
			i := interestText(w.keys)
			if m.session != "" {
				i["since"] = m.since[event]
			}
			listen[event] = i
		}
		hello := object{"window": m.label, "listen": listen}
		if m.session != "" {
			resume := object{"ticket": m.ticket, "epoch": m.epoch, "seq": m.seq, "sent": m.sent}
			if !m.steady && !m.hearsKept() && m.random.IntN(8) == 0 {
				resume["failed"] = true
			}
			hello["resume"] = resume
		}
		var o pageOption
		if tries < 3 && m.random.IntN(2) == 0 {
			cut := 1 + m.random.IntN(1200)
			o.cut = cut
			o.dial = func() (net.Conn, error) { return dialCut(m.p, uint64(cut), cut) }
		}
		if m.open(show(hello), o) != nil {
			m.cut()
			continue
		}
		if _, err := m.next(); err != nil { // the welcome
			m.cut()
		}
	}
}

// hearsKept reports whether the page listens to an event of which kept values would be left out.
func (m *modelPage) hearsKept() bool {
	for event := range m.heard {
		if kept(event) {
			return true
		}
	}
	return false
}

func (m *modelPage) open(hello string, o pageOption) (err error) {
	switch m.random.IntN(3) {
	case 0:
		m.pg = m.p.pipe(hello, o.cut)
		return nil
	case 1:
		if m.pg, err = m.p.trySocket(o); err == nil {
			m.pg.send(`{"hello":` + hello + `}`)
		}
		return err
	}
	m.pg, err = m.p.tryStream(m.client(o), m.p.request(http.MethodPost, `{"hello":`+hello+`}`, "Accept", "text/event-stream"))
	return err
}

func (m *modelPage) client(o pageOption) *http.Client {
	if o.dial == nil {
		return m.p.client()
	}
	return m.p.clientOver(o.dial)
}

func (m *modelPage) send(text string) error {
	if m.pg.answer == nil {
		m.pg.send(text)
		return nil
	}
	p := m.turn()
	answer, err := p.client().Do(p.request(http.MethodPost, text, "Eventgen-Peer", m.peer))
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		return errors.New(answer.Status)
	}
	return nil
}

// next takes a frame.
func (m *modelPage) next() (object, error) {
	f, err := m.pg.tryNext()
	if err != nil {
		return nil, err
	}
	seq, _ := f["seq"].(float64)
	at, _ := f["at"].(float64)
	switch {
	case f["welcome"] != nil:
		m.welcome(f["welcome"].(object))
	case f["gap"] != nil:
		m.gaps++
		for event, n := range f["gap"].(object)["events"].(object) {
			for _, w := range []*heard{m.heard[event], m.asked[event]} { // a listen or unlisten may be on its way
				if w == nil {
					continue
				}
				count, known := n.(float64)
				w.missing += int(count)
				w.unknown = w.unknown || !known || event != "tick" && event != "lossy"
			}
		}
	case f["event"] != nil:
		m.delivery(f["event"].(string), seq, f["payload"])
	}
	m.seq = max(m.seq, seq, at)
	return f, nil
}

func (m *modelPage) welcome(w object) {
	if w["session"] != m.session {
		m.ids, m.sent = 0, 0
	}
	for event, heard := range m.heard {
		if w["epoch"] != m.epoch {
			heard.seq = 0
		}
		if w["resumed"] != true {
			m.since[event] = w["at"].(float64)
		}
	}
	m.session, m.ticket, m.epoch = w["session"].(string), w["ticket"].(string), w["epoch"].(string)
	m.peer, m.seq = w["peer"].(string), w["at"].(float64)
}

func (m *modelPage) delivery(event string, seq float64, payload any) {
	w := m.heard[event]
	if asked := m.asked[event]; asked != nil {
		w = asked
	}
	if w == nil {
		m.fail("%s came, and is not listened to", event)
		return
	}
	if seq <= w.seq && m.asked[event] == nil {
		if !kept(event) {
			m.fail("%s: position %v came after %v", event, seq, w.seq)
		}
		return
	}
	w.seq = max(w.seq, seq)
	var n int
	switch v := payload.(type) {
	case float64:
		n = int(v)
	case string:
		n, _ = strconv.Atoi(strings.TrimSpace(v))
	case object:
		f, _ := v["n"].(float64)
		n = int(f)
	}
	if err := w.take(m.h.all(), n, event, m.label); err != nil {
		m.fail("%s: %v", event, err)
	}
}

// dialCut connects over a link that is cut when so many bytes have come.
func dialCut(p *place, seed uint64, at int) (net.Conn, error) {
	inner, err := p.dial()
	if err != nil {
		return nil, err
	}
	c := &cutConn{Conn: inner}
	c.link = eventbustest.NewLink(seed, eventbustest.Faults{CutAt: at}, func(b byte) { c.got = append(c.got, b) })
	return c, nil
}

// cutConn reads over a link.
type cutConn struct {
	net.Conn
	link *eventbustest.Link[byte]
	got  []byte
}

func (c *cutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.got = c.got[:0]
	for _, b := range p[:n] {
		if !c.link.Send(b) {
			_ = c.Close()
			err = net.ErrClosed
			break
		}
	}
	return copy(p, c.got), err
}

// A welcome that breaks a session's run comes in one message with the gap: a page that has not read it comes back
// from where it was, and is told again.
func TestGuarantee07GapsComeWithTheirPosition(t *testing.T) {
	p := newPlaceOn(t, nil, []eventbus.Option{eventbus.WithLog(4096, 0)})
	pg := p.open(`{"listen":{"tick":{},"other":{}}}`)
	pg.cut()
	p.wantPeers(0)
	for i := range 100 {
		emit(t, p.bus, tick, i)
	}
	emit(t, p.bus, other, "lost")
	for range 2 {
		back := p.socket(pageOption{})
		back.send(`{"hello":` + pg.resume(`{"tick":{},"other":{}}`, pg.at()) + `}`)
		text, err := back.read()
		noError(t, err)
		if got := string(text); !strings.HasPrefix(got, `[{"welcome"`) || !strings.HasSuffix(got, `,{"gap":{"events":{"other":1,"tick":null}}}]`) {
			t.Errorf("got %s", got)
		}
		back.cut()
		p.wantPeers(0)
	}
}

// Kept values that may not have arrived are sent again, and those of a page that has got further are not.
func TestGuarantee05KeptValuesComeAgain(t *testing.T) {
	p := newPlace(t)
	emit(t, p.bus, sticky, progress{"a", 1})
	pg := p.open(`{"listen":{"sticky":{},"tick":{}}}`)
	pg.cut() // before it has read more than the welcome
	p.wantPeers(0)
	emit(t, p.bus, sticky, progress{"b", 2})
	back := p.open(pg.resume(`{"sticky":{},"tick":{}}`, pg.at()))
	if back.welcome["resumed"] != true {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"event":"sticky","payload":{"id":"a","n":1}}`)
	seq := back.next()["seq"].(float64)
	again := p.open(back.resume(`{"sticky":{},"tick":{}}`, seq))
	emit(t, p.bus, tick, 3)
	again.want(`{"event":"tick","payload":3}`)
}

// A page that comes back from before a listen that it knows to hold gets nothing from before that.
func TestGuarantee03NothingFromBeforeTheListen(t *testing.T) {
	p := newPlace(t)
	p.open(`{"listen":{"tick":{}}}`) // so that it is logged
	pg := p.open(`{"listen":{}}`)
	emit(t, p.bus, tick, 1)
	pg.send(`{"listen":{"tick":{}},"id":1}`)
	pg.want(`{"ack":1}`)
	back := p.open(pg.resume(`{"tick":{}}`, pg.at()))
	emit(t, p.bus, tick, 2)
	back.want(`{"event":"tick","payload":2}`)
}

// A backend that has restarted knows neither the session nor the epoch: the page is told of a gap, without a count, gets
// the kept values, and goes on.
func TestGuarantee07Restart(t *testing.T) {
	before := newPlace(t)
	emit(t, before.bus, sticky, progress{"a", 1})
	pg := before.open(`{"listen":{"sticky":{},"tick":{}}}`)
	pg.want(`{"event":"sticky","payload":{"id":"a","n":1}}`)
	for _, open := range []func(*place, string) *page{
		func(p *place, hello string) *page { return p.open(hello) },
		func(p *place, hello string) *page { return p.stream(hello) },
	} {
		after := newPlace(t)
		emit(t, after.bus, sticky, progress{"a", 2})
		back := open(after, pg.resume(`{"sticky":{},"tick":{}}`, 1))
		if back.welcome["session"] == pg.welcome["session"] || back.welcome["epoch"] == pg.welcome["epoch"] {
			t.Errorf("welcome is %v", back.welcome)
		}
		back.want(`{"gap":{"events":{"sticky":null,"tick":null}}}`, `{"event":"sticky","payload":{"id":"a","n":2}}`)
		emit(t, after.bus, tick, 3)
		back.want(`{"event":"tick","payload":3}`)
	}
}

// A page that has failed twice on what comes after its position is not sent that again: it goes on from the present,
// in its session, and is told what it lacks.
func TestGuarantee07FailedTwice(t *testing.T) {
	const listen = `{"tick":{},"other":{},"sticky":{}}`
	for _, open := range []func(*place, string) *page{
		func(p *place, hello string) *page { return p.open(hello) },
		func(p *place, hello string) *page { return p.stream(hello) },
	} {
		p := newPlace(t)
		pg := open(p, `{"listen":`+listen+`}`)
		emit(t, p.bus, tick, 0)
		seq := pg.next()["seq"].(float64)
		emit(t, p.bus, tick, 1, 2)
		emit(t, p.bus, other, "unreadable")
		back := open(p, pg.failed(listen, seq))
		if back.welcome["session"] != pg.welcome["session"] || back.welcome["resumed"] != nil || back.at() != seq+3 {
			t.Errorf("welcome is %v", back.welcome)
		}
		back.want(`{"gap":{"events":{"tick":2,"other":1}}}`)
		emit(t, p.bus, tick, 3)
		back.want(`{"event":"tick","payload":3}`)
	}
}

// It may have failed on kept values: those that it is not known to have are left out.
func TestGuarantee07FailedOnKeptValues(t *testing.T) {
	const listen = `{"tick":{},"sticky":{}}`
	p := newPlace(t)
	emit(t, p.bus, sticky, progress{"unreadable", 1})
	pg := p.open(`{"listen":` + listen + `}`)
	back := p.open(pg.failed(listen, pg.at()))
	back.want(`{"gap":{"events":{"sticky":null}}}`)
	emit(t, p.bus, tick, 1)
	seq := back.next()["seq"].(float64)
	// One that has got past them gets them again.
	emit(t, p.bus, other, "unheard")
	back = p.open(back.failed(listen, seq))
	back.want(`{"event":"sticky","payload":{"id":"unreadable","n":1}}`)
}

// failed is resume of a page that has failed twice on what comes after seq.
func (p *page) failed(listen string, seq float64) string {
	return strings.Replace(p.resume(listen, seq), `"resume":{`, `"resume":{"failed":true,`, 1)
}

// A page that says that it was listening when it was not is told of a gap, as often as it says so, and never gets what
// is older than its listen.
func TestGuarantee07ClaimsBringNoHistory(t *testing.T) {
	p := newPlace(t)
	p.open(`{"listen":{"tick":{},"other":{}}}`) // so that they are logged
	emit(t, p.bus, tick, 1)
	epoch := p.epoch()
	claim := func(ticket any, listen string) *page {
		return p.open(fmt.Sprintf(`{"listen":%s,"resume":{"ticket":%q,"epoch":%q,"seq":0}}`, listen, ticket, epoch))
	}
	pg := claim("unknown", `{"tick":{}}`)
	for range 2 {
		pg.want(`{"gap":{"events":{"tick":null}}}`)
		pg = claim(pg.welcome["ticket"], `{"tick":{}}`)
	}
	pg.want(`{"gap":{"events":{"tick":null}}}`)
	// The same of an event that its session has not listened to.
	pg = p.open(`{"listen":{}}`)
	emit(t, p.bus, other, "unheard")
	for range 2 {
		pg = claim(pg.welcome["ticket"], `{"other":{}}`)
		pg.want(`{"gap":{"events":{"other":null}}}`)
	}
	emit(t, p.bus, other, "heard")
	pg.want(`{"event":"other","payload":"heard"}`)
	// And from before a listen that a break came after.
	pg = p.open(`{"listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 2)
	pg = p.open(pg.failed(`{"tick":{}}`, pg.at()))
	pg.want(`{"gap":{"events":{"tick":1}}}`)
	pg = claim(pg.welcome["ticket"], `{"tick":{}}`)
	pg.want(`{"event":"tick","payload":2}`)
}

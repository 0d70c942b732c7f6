package httptransport

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/pipe"
	"github.com/eventgen/eventgen/runtime/session"
)

var background = context.Background()

type progress struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

// events are those of a test's bus. Definitions are immutable, so that all tests may share them.
var (
	tick    = eventbus.Define(eventdef.Definition[int]{Name: "tick", Contract: "c0"})
	other   = eventbus.Define(eventdef.Definition[string]{Name: "other"})
	sticky  = eventbus.Define(eventdef.Definition[progress]{Name: "sticky", Sticky: true, Key: progressKey})
	replay  = eventbus.Define(eventdef.Definition[int]{Name: "replay", Replay: 2})
	private = eventbus.Define(eventdef.Definition[int]{Name: "private", To: eventdef.ToWindow})
	latest  = eventbus.Define(eventdef.Definition[progress]{Name: "latest", Slow: eventdef.SlowLatest, Key: progressKey})
	lossy   = eventbus.Define(eventdef.Definition[string]{Name: "lossy", Slow: eventdef.SlowDrop})
	ask     = eventbus.Define(eventdef.Definition[progress]{Name: "ask", From: eventdef.FromClient})
	message = eventbus.Define(eventdef.Definition[string]{Name: "message", From: eventdef.FromClient, Relay: true})
	state   = eventbus.Define(eventdef.Definition[progress]{Name: "state", From: eventdef.FromBoth, Relay: true, Sticky: true, Key: progressKey, Keys: 512})
	empty   = eventbus.Define(eventdef.Definition[eventbus.Empty]{Name: "empty", From: eventdef.FromBoth})
)

func progressKey(p *progress) eventbus.Key { return eventdef.StringKey(p.ID) }

// patience is how often a test that waits for other goroutines lets them run: some seconds, in which a busy machine
// gets to all of them. A bubble of synctest has no other clock that could end the wait.
const patience = 10_000_000

// place is a bus with a handler behind a server.
type place struct {
	t   *testing.T
	bus *eventbus.Bus
	h   *Handler
	url string
	// dial connects to the server.
	dial func() (net.Conn, error)
	log  *lines
	// all are the message streams.
	all *sync.WaitGroup
	// killed says that nothing can be published any more when the test ends.
	killed *atomic.Bool
	// https is what requests are made with behind TLS.
	https *http.Client
}

// lines collects what is logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newPlace(t *testing.T, opts ...Option) *place {
	t.Helper()
	return newPlaceOn(t, nil, nil, opts...)
}

// newPlaceOn serves on the listener, or on one of the loopback's if it is nil. When the test ends,
// everything is closed, must close, and leaves no goroutine behind.
func newPlaceOn(t *testing.T, l net.Listener, busOpts []eventbus.Option, opts ...Option) *place {
	t.Helper()
	p := &place{t: t, log: new(lines), all: new(sync.WaitGroup), killed: new(atomic.Bool)}
	catalog := eventbus.NewCatalog(tick, other, sticky, replay, private, latest, lossy, ask, message, state, empty)
	var err error
	p.bus, err = eventbus.New(append(busOpts, eventbus.WithCatalog(catalog))...)
	noError(t, err)
	logger := slog.New(slog.NewTextHandler(p.log, nil))
	p.h, err = New(p.bus, append([]Option{session.WithLogger(logger)}, opts...)...)
	noError(t, err)
	server := httptest.NewUnstartedServer(p.h)
	server.Config.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelError)
	if l != nil {
		_ = server.Listener.Close()
		server.Listener = l
	}
	server.Start()
	p.url = server.URL
	p.dial = dialer(server.Listener.Addr())
	if pipe, ok := l.(*pipeListener); ok {
		p.dial = pipe.dial
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(background, 20*time.Second)
		defer cancel()
		if p.killed.Load() {
			gone, now := context.WithCancel(ctx)
			now()
			_ = p.bus.Close(gone)
		} else {
			noError(t, p.bus.Close(ctx))
		}
		noError(t, p.h.Close(ctx))
		server.Close()
		p.all.Wait()
		p.wantEmpty()
	})
	return p
}

func dialer(a net.Addr) func() (net.Conn, error) {
	return func() (net.Conn, error) { return net.Dial("tcp", a.String()) }
}

// wantEmpty checks that a handler that has closed holds nothing.
func (p *place) wantEmpty() {
	p.t.Helper()
	if left := p.h.Stats(); left.Connections != 0 {
		p.t.Errorf("left behind: %+v", left)
	}
	for _, peer := range p.bus.Peers() {
		if peer.Node == p.bus.Node() {
			p.t.Errorf("left behind: %v", peer)
		}
	}
	buf := make([]byte, 1<<20)
	for range patience / 1000 {
		if !strings.Contains(string(buf[:runtime.Stack(buf, true)]), "session.(*Conn)") {
			return
		}
		runtime.Gosched()
	}
	p.t.Errorf("goroutines left behind:\n%s", buf)
}

// epoch returns the name of the bus's log.
func (p *place) epoch() string {
	port, err := p.bus.Attach(idle{})
	noError(p.t, err)
	defer port.Detach()
	return port.Epoch()
}

// wantSynced waits until no connection has anything to catch up with.
func (p *place) wantSynced() {
	p.t.Helper()
	for range patience {
		if p.h.Stats().Behind == 0 {
			return
		}
		runtime.Gosched()
	}
	p.t.Fatal("a connection does not catch up")
}

func newPlaceWith(t *testing.T, event eventbus.AnyEvent, opts ...Option) *place {
	t.Helper()
	return newPlaceOn(t, nil, []eventbus.Option{eventbus.WithCatalog(eventbus.NewCatalog(event))}, opts...)
}

type idle struct{}

func (idle) Wake()     {}
func (idle) Shutdown() {}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// object is a frame.
type object = map[string]any

// page is a page that speaks the protocol by hand.
type page struct {
	t      *testing.T
	conn   net.Conn
	frames []object // received and not taken
	// read returns the next message, or how the connection ended.
	read func() ([]byte, error)
	// send sends a message.
	send func(text string)
	// welcome is what came first.
	welcome object

	// Of event streams:
	answer *http.Response
	cancel func()
	id     string // of the last event
}

// closed is how a connection ended.
type closed struct {
	code   int
	reason string
}

func (c closed) Error() string { return fmt.Sprintf("closed: %d %s", c.code, c.reason) }

type pageOption struct {
	protocols []string
	header    http.Header
	dial      func() (net.Conn, error) // nil for the place's
	cut       int                      // of a message stream: after how many bytes it is cut, 0 for never
}

// socket opens a WebSocket without a hello.
func (p *place) socket(o pageOption) *page {
	p.t.Helper()
	pg, err := p.trySocket(o)
	noError(p.t, err)
	return pg
}

func (p *place) trySocket(o pageOption) (*page, error) {
	p.t.Helper()
	if o.dial == nil {
		o.dial = p.dial
	}
	dialer := ws.Dialer{
		Protocols: append([]string{Protocol}, o.protocols...),
		Header:    ws.HandshakeHeaderHTTP(o.header),
		NetDial:   func(context.Context, string, string) (net.Conn, error) { return o.dial() },
	}
	_, host, _ := strings.Cut(p.url, "://") // behind TLS, dial has seen to that
	conn, early, _, err := dialer.Dial(background, "ws://"+host)
	if err != nil {
		return nil, err
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	var src io.Reader = conn
	if early != nil {
		src = io.MultiReader(io.LimitReader(early, int64(early.Buffered())), conn)
	}
	rw := struct {
		io.Reader
		io.Writer
	}{src, conn}
	var writing sync.Mutex
	pg := &page{t: p.t, conn: conn}
	pg.read = func() ([]byte, error) {
		for {
			h, err := ws.ReadHeader(rw)
			if err != nil {
				return nil, err
			}
			text := make([]byte, h.Length)
			if _, err := io.ReadFull(rw, text); err != nil {
				return nil, err
			}
			switch h.OpCode {
			case ws.OpText:
				return text, nil
			case ws.OpPing:
				writing.Lock()
				err := wsutil.WriteClientMessage(rw, ws.OpPong, text)
				writing.Unlock()
				if err != nil {
					return nil, err
				}
			case ws.OpClose:
				code, reason := ws.ParseCloseFrameData(text)
				_ = wsutil.WriteClientMessage(rw, ws.OpClose, text)
				_ = conn.Close()
				return nil, closed{int(code), reason}
			}
		}
	}
	pg.send = func(text string) {
		writing.Lock()
		defer writing.Unlock()
		_ = wsutil.WriteClientText(rw, []byte(text))
	}
	return pg, nil
}

// pipe opens a message stream with a hello. It is cut after so many bytes of what the page gets, at the end of a message.
func (p *place) pipe(hello string, cut int) *page {
	p.t.Helper()
	ours, theirs := pipe.New()
	p.all.Go(func() { _ = p.h.ServeStream(background, theirs, eventbus.Peer{}) })
	pg := &page{t: p.t, cancel: func() { _ = ours.Close(0, "") }}
	p.t.Cleanup(pg.cancel)
	got := 0
	pg.read = func() ([]byte, error) {
		text, err := ours.Receive(background)
		if got += len(text); cut > 0 && got > cut {
			pg.cancel()
			return nil, io.EOF
		}
		return text, err
	}
	pg.send = func(text string) { _ = ours.Send(background, []byte(text)) }
	pg.send(`{"hello":` + hello + `}`)
	return pg
}

// client returns an HTTP client that reaches the place.
func (p *place) client() *http.Client {
	if p.https != nil {
		return p.https
	}
	return p.clientOver(p.dial)
}

func (p *place) clientOver(dial func() (net.Conn, error)) *http.Client {
	transport := &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return dial() },
	}
	p.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// do makes a request and returns the answer's status and body.
func (p *place) do(method, body string, header ...string) (status int, text string, answer *http.Response) {
	p.t.Helper()
	r, err := p.client().Do(p.request(method, body, header...))
	noError(p.t, err)
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	noError(p.t, err)
	return r.StatusCode, string(got), r
}

// request makes one, with pairs of header names and values.
func (p *place) request(method, body string, header ...string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequestWithContext(background, method, p.url, strings.NewReader(body))
	noError(p.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// stream opens an event stream with a hello and takes the welcome.
func (p *place) stream(hello string, header ...string) *page {
	p.t.Helper()
	return p.streamOf(p.request(http.MethodPost, `{"hello":`+hello+`}`, append(header, "Accept", "text/event-stream")...))
}

func (p *place) streamOf(r *http.Request) *page {
	p.t.Helper()
	pg, err := p.tryStream(p.client(), r)
	noError(p.t, err)
	pg.takeWelcome()
	pg.send = func(text string) {
		status, body, _ := p.do(http.MethodPost, text, "Eventgen-Peer", pg.welcome["peer"].(string))
		if status != http.StatusAccepted {
			pg.t.Errorf("%s is answered with %d %s", text, status, body)
		}
	}
	return pg
}

// tryStream opens an event stream, without a way to send.
func (p *place) tryStream(client *http.Client, r *http.Request) (*page, error) {
	ctx, cancel := context.WithCancel(r.Context())
	p.t.Cleanup(cancel)
	answer, err := client.Do(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return nil, fmt.Errorf("status %d: %s", answer.StatusCode, text)
	}
	pg := &page{t: p.t, answer: answer, cancel: cancel}
	lines := bufio.NewReader(answer.Body)
	pg.read = func() ([]byte, error) {
		event, data := "", ""
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return nil, err
			}
			line = strings.TrimSuffix(line, "\n")
			if strings.Contains(line, "\r") {
				return nil, fmt.Errorf("%q has another end of a line", line)
			}
			switch name, value, _ := strings.Cut(line, ": "); name {
			case "id":
				pg.id = value
			case "event":
				event = value
			case "data":
				data = value
			case "":
				if event == "close" {
					var c struct {
						Code   int
						Reason string
					}
					noError(pg.t, json.Unmarshal([]byte(data), &c))
					return nil, closed{c.Code, c.Reason}
				}
				return []byte(data), nil
			}
		}
	}
	return pg, nil
}

// open opens a WebSocket with a hello and takes the welcome.
func (p *place) open(hello string, opts ...pageOption) *page {
	p.t.Helper()
	var o pageOption
	if len(opts) > 0 {
		o = opts[0]
	}
	pg := p.socket(o)
	pg.send(`{"hello":` + hello + `}`)
	pg.takeWelcome()
	return pg
}

func (p *page) takeWelcome() {
	p.t.Helper()
	f := p.next()
	welcome, ok := f["welcome"].(object)
	if !ok {
		p.t.Fatalf("got %v, want a welcome", f)
	}
	p.welcome = welcome
}

// next returns the next frame.
func (p *page) next() object {
	p.t.Helper()
	f, err := p.tryNext()
	if err != nil {
		p.t.Fatalf("no frame: %v", err)
	}
	return f
}

func (p *page) tryNext() (object, error) {
	for len(p.frames) == 0 {
		text, err := p.read()
		if err != nil {
			return nil, err
		}
		if err := p.fill(text); err != nil {
			return nil, err
		}
	}
	f := p.frames[0]
	p.frames = p.frames[1:]
	return f, nil
}

// fill takes the frames of a message.
func (p *page) fill(text []byte) error {
	var one object
	if json.Unmarshal(text, &one) == nil {
		p.frames = append(p.frames, one)
	} else if err := json.Unmarshal(text, &p.frames); err != nil {
		return fmt.Errorf("message %q: %w", text, err)
	}
	return nil
}

// want takes as many frames as are given and compares them, without their positions.
func (p *page) want(frames ...string) {
	p.t.Helper()
	for _, text := range frames {
		got := p.next()
		if delete(got, "seq"); got["ack"] != nil {
			delete(got, "at")
		}
		if want := parse(p.t, text); !reflect.DeepEqual(got, want) {
			p.t.Fatalf("got %s, want %s", show(got), text)
		}
	}
}

func parse(t *testing.T, text string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return o
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// wantClosed takes frames until the connection ends, and compares how.
func (p *page) wantClosed(code int) {
	p.t.Helper()
	for {
		_, err := p.tryNext()
		var c closed
		switch {
		case errors.As(err, &c):
			if c.code != code {
				p.t.Fatalf("closed with %d %q, want %d", c.code, c.reason, code)
			}
			return
		case err != nil:
			p.t.Fatalf("ended with %v, want close code %d", err, code)
		}
	}
}

// cut ends the connection without a word.
func (p *page) cut() {
	if p.cancel != nil {
		p.cancel()
		return
	}
	_ = p.conn.Close()
}

// resume is a hello that goes on where the page is, having seen everything up to seq.
func (p *page) resume(listen string, seq float64) string {
	return fmt.Sprintf(`{"window":"w","listen":%s,"resume":{"ticket":%q,"epoch":%q,"seq":%d}}`,
		listen, p.welcome["ticket"], p.welcome["epoch"], int64(seq))
}

// at returns the position of the welcome.
func (p *page) at() float64 {
	at, _ := p.welcome["at"].(float64)
	return at
}

func bearer(token string) []string {
	return []string{bearerProtocol + base64.RawURLEncoding.EncodeToString([]byte(token))}
}

// wantPeers waits until the bus has n peers.
func (p *place) wantPeers(n int) {
	p.t.Helper()
	for range patience {
		if len(p.bus.Peers()) == n {
			return
		}
		runtime.Gosched()
	}
	p.t.Fatalf("there are %d peers, want %d", len(p.bus.Peers()), n)
}

func emit[T any](t testing.TB, b *eventbus.Bus, e *eventbus.Event[T], payloads ...T) {
	t.Helper()
	for _, payload := range payloads {
		noError(t, e.Emit(background, b, payload))
	}
}

// pipeListener is a network in memory, for tests in a bubble of time.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipe() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (l *pipeListener) dial() (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// bubble runs a test in a bubble of its own time, with a network in memory.
func bubble(t *testing.T, test func(t *testing.T, l *pipeListener)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newPipe()) })
}

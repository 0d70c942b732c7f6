package wails3_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/desktop/wails3"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/session"
)

var (
	tick   = eventbus.Define(eventdef.Definition[int]{Name: "tick"})
	secret = eventbus.Define(eventdef.Definition[int]{Name: "secret", To: eventdef.ToWindow})
	number = eventbus.Define(eventdef.Definition[int]{Name: "number", From: eventdef.FromClient, Relay: true})
)

// published returns what a Go file declares of streams: the signatures by name.
func published(t *testing.T, file string) map[string]string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	add := func(name string, node ast.Node) {
		var text bytes.Buffer
		if err := format.Node(&text, fset, node); err != nil {
			t.Fatal(err)
		}
		out[name] = text.String()
	}
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil && d.Name.IsExported() && !isLabel(d.Recv) {
				d.Body = nil
				add(d.Name.Name, d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok && (spec.Name.Name == "Window" || spec.Name.Name == "StreamHandler") {
					add("type "+spec.Name.Name, spec)
				}
			}
		}
	}
	return out
}

// isLabel reports whether a method is of the fake's own window.
func isLabel(recv *ast.FieldList) bool {
	name, ok := recv.List[0].Type.(*ast.Ident)
	return ok && name.Name == "label"
}

// TestFake: what the fake has is what Wails publishes, to the letter.
func TestFake(t *testing.T) {
	real, fake := published(t, "testdata/application.go.txt"), published(t, "fake_test.go")
	for name, want := range real {
		if fake[name] != want {
			t.Errorf("Wails has %q, the fake %q", want, fake[name])
		}
	}
	if len(real) < 12 {
		t.Errorf("the copy has %d declarations", len(real))
	}
}

// place is an application with an engine, in a bubble.
type place struct {
	App
	t   *testing.T
	bus *eventbus.Bus
}

func inPlace(t *testing.T, f func(t *testing.T, p *place)) {
	synctest.Test(t, func(t *testing.T) {
		bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick, secret, number)))
		if err != nil {
			t.Fatal(err)
		}
		engine, err := session.New(bus, session.WithAuthorizeEmit(func(context.Context, eventbus.Peer, string, eventbus.Target) error { return nil }))
		if err != nil {
			t.Fatal(err)
		}
		p := &place{t: t, bus: bus}
		p.HandleStream("eventgen", wails3.Handler[*StreamConn](engine))
		f(t, p)
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// page is a page of a window.
type page struct {
	*StreamConn
	t     *testing.T
	ended chan struct{}
}

func (p *place) load(window string) *page {
	p.t.Helper()
	conn, ended := p.open("eventgen", label(window))
	pg := &page{conn, p.t, ended}
	pg.send(`{"hello":{"window":"what the page says","listen":{"tick":{},"secret":{},"number":{}}}}`)
	pg.want(`{"welcome":`)
	return pg
}

func (p *page) send(text string) { p.in <- []byte(text) }

// want takes a message, which begins so.
func (p *page) want(prefix string) string {
	p.t.Helper()
	select {
	case got := <-p.out:
		if !strings.HasPrefix(string(got), prefix) {
			p.t.Fatalf("got %s, want %s", got, prefix)
		}
		return string(got)
	case <-time.After(time.Minute):
		p.t.Fatalf("nothing comes instead of %s", prefix)
		return ""
	}
}

func TestWindows(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		main, settings := p.load("main"), p.load("settings")
		for n := 1; n <= 3; n++ {
			if err := tick.Emit(t.Context(), p.bus, n); err != nil {
				t.Fatal(err)
			}
			main.want(fmt.Sprintf(`{"event":"tick","seq":%d,"payload":%d`, n, n))
			settings.want(`{"event":"tick"`)
		}
		if err := secret.EmitTo(t.Context(), p.bus, eventbus.Window("settings"), 7); err != nil {
			t.Fatal(err)
		}
		settings.want(`{"event":"secret"`)
		main.send(`{"emit":"number","id":1,"payload":8,"to":{"window":"settings"}}`)
		settings.want(`{"event":"number"`)
		main.want(`{"ack":1}`)
		if err := main.Close(); err != nil {
			t.Fatal(err)
		}
		<-main.ended
		if peers := p.bus.Peers(); len(peers) != 1 || peers[0].Window != "settings" {
			t.Errorf("the windows are %v", peers)
		}
	})
}

// What the engine says last arrives as the last message.
func TestTheEndIsTold(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		conn, ended := p.open("eventgen", label("main"))
		conn.in <- []byte(`7`)
		<-ended
		if got := string(<-conn.out); !strings.HasPrefix(got, `{"close":{"code":4400,"reason":"`) {
			t.Errorf("got %s", got)
		}
	})
}

func TestWindowThatIsGone(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		conn, ended := p.open("eventgen", nil)
		<-ended
		if conn.ctx.Err() == nil {
			t.Error("the connection is open")
		}
	})
}

// A page that takes nothing is closed, and costs nobody else anything. It resumes.
func TestSlowWindow(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		slow, good := p.load("slow"), p.load("good")
		for n := 1; n <= 100; n++ {
			if err := tick.Emit(t.Context(), p.bus, n); err != nil {
				t.Fatal(err)
			}
			good.want(`{"event":"tick"`)
		}
		<-slow.ended
		if n := len(slow.out); n > outQueueDepth {
			t.Errorf("%d messages wait", n)
		}
		if peers := p.bus.Peers(); len(peers) != 1 || peers[0].Window != "good" {
			t.Errorf("the windows are %v", peers)
		}
	})
}

func TestNoHello(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		start := time.Now()
		_, ended := p.open("eventgen", label("main"))
		<-ended
		if d := time.Since(start); d != session.HelloTime {
			t.Errorf("after %v", d)
		}
	})
}

func TestResume(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		conn, ended := p.open("eventgen", label("main"))
		first := &page{conn, t, ended}
		first.send(`{"hello":{"listen":{"tick":{}}}}`)
		var f struct {
			Welcome struct{ Ticket, Epoch string }
		}
		if err := json.Unmarshal([]byte(first.want(`{"welcome"`)), &f); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		<-ended
		if err := tick.Emit(t.Context(), p.bus, 1); err != nil {
			t.Fatal(err)
		}
		conn, ended = p.open("eventgen", label("main"))
		second := &page{conn, t, ended}
		second.send(fmt.Sprintf(`{"hello":{"listen":{"tick":{}},"resume":{"ticket":%q,"epoch":%q,"seq":0}}}`, f.Welcome.Ticket, f.Welcome.Epoch))
		if welcome := second.want(`{"welcome"`); !strings.Contains(welcome, `"resumed":true`) {
			t.Errorf("got %s", welcome)
		}
		second.want(`{"event":"tick","seq":1,"payload":1`)
	})
}

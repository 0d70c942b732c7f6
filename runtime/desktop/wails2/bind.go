package wails2

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

const (
	// upEvent is the event of all pages that Go listens to. Its data are the nonce and a frame.
	upEvent = "eventgen:up"
	// downEvent and a nonce are the event of one connection. Its data are a frame.
	downEvent = "eventgen:down:"
	// beat is how often both ends say how far they are, and register their listeners again.
	beat = time.Second
)

// shell is what Wails does with events.
type shell interface {
	on(name string, f func(data ...any)) (off func())
	emit(name string, data ...any)
}

// Bind serves the window of a Wails application, and the browsers of "wails dev", over the engine. The context is the one
// that Wails gives to OnStartup; with any other it is an error. Messages are charged to an account that all pages share.
//
// Unbind ends the connections and waits for them, so that no listener may call it. It is for applications that close the
// engine or the bus before Wails ends, in OnShutdown; closing either ends the connections too.
func Bind(ctx context.Context, engine *session.Engine) (unbind func(), err error) {
	if ctx == nil || ctx.Value("events") == nil {
		return nil, errors.New("wails2: Bind needs the context that Wails gives to OnStartup")
	}
	if engine == nil {
		return nil, errors.New("wails2: Bind needs an engine")
	}
	return bind(ctx, engine, window{ctx}), nil
}

// window is the shell of a real application.
type window struct{ ctx context.Context }

func (w window) on(name string, f func(data ...any)) func() {
	return runtime.EventsOn(w.ctx, name, f)
}

func (w window) emit(name string, data ...any) { runtime.EventsEmit(w.ctx, name, data...) }

// binding has the pages of an application.
type binding struct {
	shell  shell
	engine *session.Engine
	ctx    context.Context
	all    sync.WaitGroup

	mu    sync.Mutex
	pages map[string]*page // by nonce
}

func bind(ctx context.Context, engine *session.Engine, s shell) (unbind func()) {
	ctx, cancel := context.WithCancel(ctx)
	b := &binding{shell: s, engine: engine, ctx: ctx, pages: map[string]*page{}}
	off := s.on(upEvent, b.take)
	b.all.Go(func() { b.stay(off) })
	return func() {
		cancel()
		b.all.Wait()
	}
}

// stay registers the listener again and again, before it removes the one before: frames that both get have one number.
func (b *binding) stay(off func()) {
	again := time.NewTicker(beat)
	defer again.Stop()
	for {
		select {
		case <-b.ctx.Done():
			off()
			return
		case <-again.C:
			next := b.shell.on(upEvent, b.take)
			off()
			off = next
		}
	}
}

// take handles a frame of any page. Wails calls it in any order, and at the same time.
func (b *binding) take(data ...any) {
	nonce, f, ok := readFrame(data)
	if !ok {
		return // not ours
	}
	p := b.pageOf(nonce, f.kind == kindOpen)
	if p == nil {
		if f.kind != kindClose { // a page that was given up: it may connect again
			b.shell.emit(downEvent+nonce, frame{kind: kindClose, text: "the connection has ended"}.data()...)
		}
		return
	}
	p.take(f)
}

// pageOf returns the page of a nonce. If it opens a connection, it is made and served.
func (b *binding) pageOf(nonce string, opens bool) *page {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pages[nonce]
	if p != nil || !opens || b.ctx.Err() != nil {
		return p
	}
	p = newPage(b.engine.MaxMessage(), func(f frame) { b.shell.emit(downEvent+nonce, f.data()...) })
	b.pages[nonce] = p
	b.all.Go(p.write)
	b.all.Go(func() {
		_ = b.engine.ServeStream(b.ctx, p, eventbus.Peer{}) // why it has ended the page has been told
		_ = p.Close(session.CloseGoingAway, "")
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.pages, nonce)
	})
	return p
}

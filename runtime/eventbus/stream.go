package eventbus

import "context"

// usualQueue is the bound of a queue where Async does not set another.
const usualQueue = 1024

// stream is what a loop over [Event.Stream] pulls from: a queue like that of an asynchronous listener.
type stream struct {
	t         *topic
	l         *listener
	batch     delivery // the batch that is being handed out
	at        int      // how many of its payloads were
	stopAfter func() bool
}

// stream begins to listen. What keeps it from that goes to the error handler, and nothing will come.
func (b *Bus) stream(ctx context.Context, e AnyEvent, opts []ListenOption) *stream {
	t := b.topic(e.ordinal())
	if t == nil {
		b.fail(ctx, e.Info().unknown())
		return nil
	}
	c := listenConfigOf(opts)
	if c.async == 0 {
		c.async, c.overflow = usualQueue, DropOldest
	}
	if err := t.refuses(c, false); err != nil {
		b.fail(ctx, err)
		return nil
	}
	s := &stream{t: t, l: &listener{manner: &manner{pull: make(chan struct{}, 1)}}}
	t.register(s.l, c)
	s.stopAfter = context.AfterFunc(ctx, func() { t.unlisten(s.l) })
	return s
}

// next copies the next payload out. It waits until there is one, keeping none meanwhile, and returns false
// when there will be none.
func (s *stream) next(ctx context.Context, to address) bool {
	if s == nil {
		return false
	}
	p := s.t.payloads
	for {
		if s.at < s.batch.n {
			p.copy(to, s.batch.payload(p, s.at), 1)
			s.at++
			return true
		}
		s.batch, s.at = delivery{}, 0
		p.clear(to, 1)
		q, ok := s.l.queue.next(ctx, s.t.b.ended, to)
		if !ok || ctx.Err() != nil {
			return false
		}
		d := q.delivery()
		if !s.l.accepts(&d) {
			continue
		}
		if !d.batch {
			return true
		}
		s.batch = d
	}
}

// stop ends the stream.
func (s *stream) stop() {
	if s != nil {
		s.stopAfter()
		s.t.unlisten(s.l)
	}
}

// wait registers the listener until found is closed, ctx is done or the bus is closed.
func (b *Bus) wait(ctx context.Context, e AnyEvent, l *listener, found <-chan struct{}) error {
	t := b.topic(e.ordinal())
	if t == nil {
		return e.Info().unknown()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.refuses(listenConfig{}, false); err != nil {
		return err
	}
	t.register(l, listenConfig{})
	defer t.unlisten(l)
	select {
	case <-found:
		return nil
	case <-ctx.Done():
	case <-b.ended:
	}
	// What came at the same time counts.
	select {
	case <-found:
		return nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return t.err(CodeClosed, nil)
}

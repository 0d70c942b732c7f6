package eventbus

import "context"

// usualQueue is the bound of a queue where Async does not set another.
const usualQueue = 1024

// stream is what a loop over [Event.Stream] pulls from: a queue like that of an asynchronous listener.
type stream struct {
	t         *topic
	l         *listener
	batch     delivery // the batch that is being handed out
	handed    int      // how many of its payloads were
	stopAfter func() bool
}

// stream begins to listen and returns what a loop calls with its body. If that is refused, nothing will come.
func (e *event) stream(ctx context.Context, b *Bus, opts []ListenOption) func(body address) {
	s := e.beginStream(ctx, b, opts)
	return func(body address) {
		defer s.stop()
		to, goesOn := e.payloads.make(1), []address{body}
		for s.next(ctx, to) && e.payloads.callConditions(address(&goesOn), to) {
		}
	}
}

func (e *event) beginStream(ctx context.Context, b *Bus, opts []ListenOption) *stream {
	t := b.topic(e.number)
	c := listenConfigOf(opts)
	if c.async == 0 {
		c.async, c.overflow = usualQueue, DropOldest
	}
	if err := e.refuses(t, c, false); err != nil {
		b.refuseListen(c, err)
		return nil
	}
	s := &stream{t: t, l: &listener{traits: &traits{pull: make(chan struct{}, 1)}}}
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
		if s.handed < s.batch.n {
			p.copyOne(to, s.batch.payload(p, s.handed))
			s.handed++
			return true
		}
		s.batch, s.handed = delivery{}, 0
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

// wait returns where the next payload lies that passes all conditions. It ends when ctx is done or the bus is closed,
// with a payload that is zero.
func (e *event) wait(ctx context.Context, b *Bus, conditions address) (payload address, err error) {
	none := e.payloads.zero
	t := b.topic(e.number)
	if err := e.refuses(t, listenConfig{}, false); err != nil {
		return none, err
	}
	if ctx.Err() != nil {
		return none, canceled(ctx, e.info.Name)
	}
	found := make(chan address, 1)
	l := &listener{traits: &traits{seen: func(payload address) {
		if t.payloads.callConditions(conditions, payload) {
			select {
			case found <- t.payloads.clone(payload, 1):
			default: // another came first
			}
		}
	}}}
	l.state.Store(listenerWaiting)
	t.register(l, listenConfig{})
	defer t.unlisten(l)
	select {
	case payload := <-found:
		return payload, nil
	case <-ctx.Done():
		err = canceled(ctx, e.info.Name)
	case <-b.ended:
		err = t.err(CodeClosed, nil)
	}
	select {
	case payload := <-found: // what came at the same time counts
		return payload, nil
	default:
		return none, err
	}
}

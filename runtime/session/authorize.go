package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// ErrForbidden, wrapped by what an application says of a client's credentials, closes the page with 4403 instead of
// 4401: the credentials are good, but not for this.
var ErrForbidden = errors.New("session: forbidden")

// guard calls the application's code and reports whether it panicked, which ends neither the
// process nor what others do.
func (engine *Engine) guard(ctx context.Context, call func()) (failed bool) {
	defer func() {
		if reason := recover(); reason != nil {
			failed = true
			engine.logger.ErrorContext(ctx, "eventgen: an authorization panicked", "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
		}
	}()
	call()
	return false
}

// mayListen returns why the peer may not listen to the event, nil if it may.
func (engine *Engine) mayListen(ctx context.Context, peer eventbus.Peer, event string) *wireError {
	if engine.authorizeListen == nil {
		return nil
	}
	var err error
	if failed := engine.guard(ctx, func() { err = engine.authorizeListen(ctx, peer, event) }); failed {
		return &wireError{Code: eventbus.CodeInternal}
	}
	return forbidden(err)
}

// mayEmit returns why the peer may not emit the event to the target, nil if it may.
func (engine *Engine) mayEmit(ctx context.Context, peer eventbus.Peer, event string, to eventbus.Target) *wireError {
	if engine.authorizeEmit == nil {
		if !to.IsZero() {
			return &wireError{Code: eventbus.CodeForbidden, Message: "the backend authorizes no relays"}
		}
		return nil
	}
	var err error
	if failed := engine.guard(ctx, func() { err = engine.authorizeEmit(ctx, peer, event, to) }); failed {
		return &wireError{Code: eventbus.CodeInternal}
	}
	return forbidden(err)
}

// forbidden is what a page may know of a refusal.
func forbidden(err error) *wireError {
	e := publicError(err)
	if e != nil && e.Code == eventbus.CodeInternal {
		return &wireError{Code: eventbus.CodeForbidden}
	}
	return e
}

// renew handles an auth frame: new credentials of the same page.
func (c *Conn) renew(token string) {
	engine := c.engine
	var peer eventbus.Peer
	var expires time.Time
	if c.renewal != nil {
		var refusal *Closing
		if peer, expires, refusal = c.renewal(token); refusal != nil {
			c.close(*refusal)
			return
		}
		if peer.Identity != c.session.owner {
			c.close(Closing{CloseForbidden, "forbidden: another identity"})
			return
		}
	}
	c.mu.Lock()
	old := c.peer
	peer.ID, peer.Node, peer.Window, peer.Account = old.ID, old.Node, old.Window, old.Account
	c.peer, c.expires = peer, expires
	c.mu.Unlock()
	if !slices.Equal(old.Groups, peer.Groups) || !maps.Equal(old.Attributes, peer.Attributes) {
		engine.port.Update(peer)
	}
	c.send(appendAuth(nil, secondsUntil(expires)))
	c.authorizeAgain(peer)
}

// authorizeAgain ends the subscriptions that the peer's new credentials do not cover.
func (c *Conn) authorizeAgain(peer eventbus.Peer) {
	s := c.session
	s.mu.Lock()
	events := slices.Sorted(maps.Keys(s.subs))
	s.mu.Unlock()
	refused := map[string]wireError{}
	for _, event := range events {
		if e := c.engine.mayListen(c.ctx, peer, event); e != nil {
			refused[event] = *e
		}
	}
	if len(refused) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return
	}
	for event := range refused {
		s.dropLocked(event)
	}
	c.change(step{
		class: c.engine.intern(c.format, s.subs),
		out:   c.format.Append(nil, appendRefused(nil, refused), nil, 0),
	})
}

package compat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// eventPlace is the place of what concerns an event as a whole.
func eventPlace(p *pair) place {
	return place{event: p, subject: fmt.Sprintf("event %q", p.new.Name), key: "event " + p.new.Name, pos: p.new.Pos}
}

// eventRemoved reports an event that is gone. Only a package can accept that: its own, or any
// other whose reason names the event.
func (c *comparison) eventRemoved(o *pair) {
	gone := &pair{oldPkg: o.oldPkg, newPkg: &ir.Package{}, old: o.old, new: &ir.Event{Name: o.old.Name, Version: o.old.Version}}
	at := eventPlace(gone)
	for _, p := range c.after.model.Packages {
		if p.Path == o.oldPkg.Path {
			gone.newPkg = p
		}
		at.allow = append(at.allow, slices.DeleteFunc(slices.Clone(p.Allow), func(a ir.Allow) bool {
			return !slices.Contains(strings.Fields(a.Reason), o.old.Name)
		}))
	}
	c.report(at, diag.EventRemoved, all, fmt.Sprintf("%s, declared with %s in %s, is gone", at.subject, o.old.Decl, o.oldPkg.Path),
		fmt.Sprintf("keep it and deprecate it; if it was renamed, write was=%s on its successor; to accept this, write \"//eventgen:allow %s %s\" and a reason in a package's doc comment",
			o.old.Name, diag.EventRemoved, o.old.Name))
}

// event compares everything about one event.
func (c *comparison) event(p *pair) {
	c.identity(p)
	c.directions(p)
	c.delivery(p)
	c.payload(p)
	c.key(p)
}

func (c *comparison) identity(p *pair) {
	at, o, n := eventPlace(p), p.old, p.new
	if o.Name != n.Name {
		c.report(at, diag.EventRenamed, wireTS, fmt.Sprintf("event %q is called %q now", o.Name, n.Name),
			"pages that were built before listen to and emit the former name: keep the former event beside this one until they are gone")
	}
	if o.Go != n.Go {
		c.report(at, diag.IdentifierChanged, tsGo, fmt.Sprintf("the identifiers of %s are made from %s now, not from %s", at.subject, n.Go, o.Go),
			"write ts="+o.Go+" on the event to keep them")
	}
	if p.oldPkg.Path != p.newPkg.Path {
		c.report(at, diag.EventMoved, goOnly, fmt.Sprintf("%s has moved from %s to %s", at.subject, p.oldPkg.Path, p.newPkg.Path),
			"keep functions of the former package that call the new ones")
	}
	if max(n.Version, 1) < max(o.Version, 1) {
		c.report(at, diag.VersionLowered, wireOnly, fmt.Sprintf("the version of %s went down from %d to %d", at.subject, o.Version, max(n.Version, 1)),
			"versions only go up: write a version above "+fmt.Sprint(o.Version)+" or keep it")
	}
}

func (c *comparison) directions(p *pair) {
	at, o, n := eventPlace(p), p.old, p.new
	if o.From.Server() && !n.From.Server() {
		c.report(at, diag.ListenRemoved, all, at.subject+" is emitted by clients alone now: pages that listen get nothing from the server, and its emitters are gone",
			"write from=both, or declare a new event for what clients emit")
	}
	if o.From.Client() && !n.From.Client() {
		levels := wireTS
		if listens(o) && !listens(n) {
			levels = all
		}
		c.report(at, diag.EmitRemoved, levels, at.subject+" is emitted by the server alone now: what clients emit is refused",
			"write from=both, or declare a new event for what the server emits")
	}
	c.audience(at, o, n)
	if o.Relay && !n.Relay {
		c.report(at, diag.RelayRemoved, wireTS, "clients may not address other windows with "+at.subject+" any more",
			"keep relay, and refuse single targets with AuthorizeEmit")
	}
}

// audience compares whom an event may address.
func (c *comparison) audience(at place, o, n *ir.Event) {
	var levels []Level
	if o.To != n.To && n.To != ir.ToAny && arrives(o) && arrives(n) {
		levels = append(levels, Wire)
	}
	if untargeted(o) && n.From.Client() && !untargeted(n) {
		levels = append(levels, TypeScript)
	}
	if o.From.Server() && n.From.Server() && o.To == ir.ToAny && n.To != ir.ToAny {
		levels = append(levels, Go) // the emitters without a target are gone
	}
	message := fmt.Sprintf("%s went to %s and goes to %s now: whoever else listens gets nothing", at.subject, audience(o.To), audience(n.To))
	if o.To == n.To {
		message = at.subject + " is relayed to single windows now: a client has to name one"
	}
	c.report(at, diag.AudienceNarrowed, levels, message, "keep the audience and emit to a target where it matters, or declare a new event")
}

// arrives reports whether windows receive e.
func arrives(e *ir.Event) bool { return e.From.Server() || e.Relay }

// untargeted reports whether a window may emit e without naming a target.
func untargeted(e *ir.Event) bool { return e.From.Client() && (!e.Relay || e.To != ir.ToWindow) }

// listens reports whether a Go listener of e can run: a targeted emit of the server reaches its
// target alone.
func listens(e *ir.Event) bool { return e.To == ir.ToAny || e.From.Client() }

func audience(a ir.Audience) string {
	switch a {
	case ir.ToWindow:
		return "single windows"
	case ir.ToGroup:
		return "groups"
	case ir.ToAny:
	}
	return "everyone"
}

// delivery compares the options that say which values arrive, and when.
func (c *comparison) delivery(p *pair) {
	at, o, n := eventPlace(p), p.old, p.new
	// receivers are those who listen: pages to what the server emits, Go code to what windows do.
	receivers := []Side{Server}
	if arrives(n) {
		receivers = []Side{Client, Server}
	}
	wire := func(rule diag.Code, message, hint string) {
		c.reportSides(at, rule, wireOnly, receivers, message, hint)
	}
	coalesces := func(e *ir.Event) bool { return e.Throttle > 0 || e.Debounce > 0 }
	if coalesces(n) && !coalesces(o) {
		wire(diag.CoalescingAdded, "values of "+at.subject+" that follow each other quickly are dropped now, all but the latest",
			"count on every value arriving: declare a second event for those who want the latest alone")
	}
	if o.Batch > 0 && n.Batch == 0 {
		c.report(at, diag.BatchRemoved, tsGo, at.subject+" does not come in batches any more: its batch listeners are gone", "write batch=1 to keep them")
	}
	if o.Sticky && !n.Sticky {
		wire(diag.StickyRemoved, "a new listener of "+at.subject+" does not get the last value any more", "keep sticky")
	}
	if o.Replay > n.Replay && !n.Sticky {
		wire(diag.ReplayLowered, fmt.Sprintf("a new listener of %s gets %d past values, not %d", at.subject, n.Replay, o.Replay),
			fmt.Sprintf("keep replay=%d", o.Replay))
	}
	if weaker(o.Slow, n.Slow) {
		c.report(at, diag.SlowWeakened, wireOnly, fmt.Sprintf("a client that cannot keep up with %s got slow=%s and gets slow=%s now", at.subject, o.Slow, n.Slow),
			"keep slow="+string(o.Slow)+", or add onGap where a page must know")
	}
	c.flushes(at, o, n)
	c.limits(at, o, n)
}

// weaker reports whether n loses values that o does not: resume none, latest all but the newest,
// drop any.
func weaker(o, n ir.SlowPolicy) bool {
	rank := []ir.SlowPolicy{ir.SlowResume, ir.SlowLatest, ir.SlowDrop}
	return slices.Index(rank, n) > max(0, slices.Index(rank, o))
}

func (c *comparison) flushes(at place, o, n *ir.Event) {
	var lost []string
	for _, name := range o.Flushes {
		kept := slices.Contains(n.Flushes, name)
		now, ok := c.after.events[name]
		if i := slices.IndexFunc(c.matched, func(p *pair) bool { return p.old.Name == name }); !ok && i >= 0 {
			now, ok = c.matched[i], true
			kept = kept || slices.Contains(n.Flushes, now.new.Name)
		}
		// What is gone or never pending cannot be overtaken.
		if !kept && ok && (now.new.Throttle > 0 || now.new.Debounce > 0 || now.new.Batch > 0) {
			lost = append(lost, name)
		}
	}
	if len(lost) > 0 {
		c.reportSides(at, diag.FlushRemoved, wireOnly, []Side{Client, Server}, at.subject+" can overtake what is pending of "+strings.Join(lost, ", ")+" now",
			"keep flushes="+strings.Join(o.Flushes, ","))
	}
}

func (c *comparison) limits(at place, o, n *ir.Event) {
	if n.Max > 0 && (o.Max == 0 || n.Max < o.Max) {
		before := "there was no limit of its own"
		if o.Max > 0 {
			before = fmt.Sprintf("it was %d", o.Max)
		}
		c.reportSides(at, diag.MaxLowered, wireOnly, emitters(n), fmt.Sprintf("payloads of %s may have %d bytes now; %s", at.subject, n.Max, before),
			"keep the limit, or split what is larger before lowering it")
	}
	if o.Key != nil && n.Key != nil && n.Keys < o.Keys {
		c.reportSides(at, diag.KeysLowered, wireOnly, emitters(n), fmt.Sprintf("%s keeps %d keys apart, not %d: emits with further keys are refused", at.subject, n.Keys, o.Keys),
			fmt.Sprintf("keep keys=%d", o.Keys))
	}
}

// emitters are the sides that emit e.
func emitters(e *ir.Event) []Side {
	switch {
	case !e.From.Client():
		return []Side{Server}
	case !e.From.Server():
		return []Side{Client}
	}
	return []Side{Client, Server}
}

// key compares what pages can listen for.
func (c *comparison) key(p *pair) {
	at, o, n := eventPlace(p), p.old.Key, p.new.Key
	if o == nil || !arrives(p.old) || !arrives(p.new) {
		return
	}
	if n == nil {
		c.report(at, diag.KeyRemoved, wireTS, at.subject+" has no key any more: pages that listen to single keys are refused", "keep key="+o.Field)
		return
	}
	// The same Go field under another JSON name is told as a renamed field.
	if !slices.Equal(o.JSON, n.JSON) && o.Field != n.Field {
		c.report(at, diag.KeyChanged, wireTS, fmt.Sprintf("the key of %s was %s and is %s now: pages listen for keys that do not occur", at.subject, o.Field, n.Field),
			"keep key="+o.Field+", or declare a new event with the new key")
	}
}

// payload compares what travels, in each direction that both models know.
func (c *comparison) payload(p *pair) {
	o, n := p.old, p.new
	at := eventPlace(p).at("payload of "+n.Name, fmt.Sprintf("the payload of event %q", n.Name), diag.Pos{})
	receive, send := p.received(), p.sent()
	switch {
	case o.Payload == nil && n.Payload == nil:
		return
	case o.Payload == nil:
		levels := goOnly
		if send {
			levels = all
		}
		c.report(at, diag.PayloadAdded, levels, fmt.Sprintf("event %q has a payload now", n.Name), "declare a new event with the payload")
		return
	case n.Payload == nil:
		levels := tsGo
		if receive {
			levels = all
		}
		c.report(at, diag.PayloadRemoved, levels, fmt.Sprintf("event %q has no payload any more", n.Name), "keep the payload, or declare a new event without one")
		return
	}
	oldSlot, newSlot := c.resolve(p.oldPkg).Of(o.Payload), c.resolve(p.newPkg).Of(n.Payload)
	c.compareGoType(at, o.Payload, n.Payload, nil, nil)
	c.reach(p, oldSlot)
	for _, dir := range []struct{ on, receive bool }{{receive, true}, {send, false}} {
		if dir.on {
			at.receive = dir.receive
			c.slot(at, oldSlot, newSlot)
		}
	}
}

// Package wails2 serves the events of a bus to the window of a Wails v2 application.
//
//	func (a *app) startup(ctx context.Context) {
//		unbind, err := wails2.Bind(ctx, a.engine)
//		…
//	}
//
// The page connects with wails2() of @eventgen/client. Sessions, resume, authorisation and limits are those of package
// session: what a page misses while it is loaded again, frozen or slow, it gets afterwards or is told of.
//
// # How it travels
//
// Wails' own events carry the frames, and each property that a stream needs is made here:
//
//   - Wails calls Go listeners in goroutines, and "wails dev" sends to browsers in goroutines. So frames are numbered both
//     ways, and put in order by whoever receives them.
//   - Wails' queue of scripts for the window has no bound. So at most 256 KiB are on their way in each direction: whoever
//     receives frames says how far it has come, and the other waits for that.
//   - What is emitted while frames are on their way goes together: one script brings many messages.
//   - "wails dev" sends events to every page. So each connection has a nonce, which is part of its event's name.
//   - A name belongs to one direction, since Wails' EventsEmit in a page calls listeners of the page too.
//   - EventsOffAll, called by anybody, removes these listeners too. So both ends register theirs again each second. What
//     was lost meanwhile shows by its number: the connection ends, and the next one resumes.
//   - A window may vanish without a word. Both ends say each second how far they are; a page that has said nothing for 20
//     seconds is gone.
package wails2

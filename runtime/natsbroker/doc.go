// Package natsbroker joins the buses of several nodes on NATS: [JetStream] with one log for all of them, [Core] without.
//
//	nc, err := nats.Connect(url, nats.MaxReconnects(-1))
//	…
//	bus, err := eventbus.New(eventbus.WithBroker(natsbroker.JetStream(nc)), eventbus.WithKey(key), …)
//
// The connection is the application's: its credentials, TLS and reconnects are those of nats.go, and closing the bus
// leaves it open. Let it reconnect for ever, as above, or a node whose connection was closed hears nothing any more.
//
// With Core, a client that loses its node is told of a gap when it comes back at another: there is no log that both
// have read. What a node misses while it is away is told to its windows as a gap, without a count.
//
// # Servers
//
// JetStream needs nats-server 2.12 or later. It keeps two streams, which it makes when they are not there: NAME, the
// log, bounded by [WithLog], and NAME_kept, the newest message of each stored value, which sources NAME. NAME is
// [WithName]'s, "eventgen" by default. With [WithReplicas](3) an acknowledged message outlives the loss of a server.
// Buses of different applications on one account need different names.
//
// # Subjects
//
// Each is NAME, a word and names of nodes, events and keys. A name keeps its letters, digits, '-' and '_'; any other
// byte is '=' and two hexadecimal digits; one that is longer than 200 characters then is '~' and its SHA-256. So no two
// names share a subject. There is no queue group: every node gets everything.
//
//	NAME.pub.NODE                        what a node tells the others outside the log
//	NAME.req.NODE                        requests to the node
//	NAME.log.RUN.e                       entries of the log, of one start of a node
//	NAME.log.RUN.k.EVENT.KEY             entries that are the newest value of something, or forget it
//	NAME.epoch                           which epoch the log has
//	NAME_kept.EVENT.KEY                  what the second stream keeps
//
// # Permissions
//
// A node needs these and no others; [Permissions] returns them.
//
//	Core       publish    NAME.pub.*  NAME.req.*  _INBOX.>
//	           subscribe  NAME.pub.*  NAME.req.*  _INBOX.>
//	JetStream  publish    also NAME.log.>  NAME.epoch  NAME_kept.>
//	                      $JS.API.INFO
//	                      $JS.API.STREAM.{INFO,CREATE,MSG.GET}.{NAME,NAME_kept}
//	                      $JS.API.STREAM.{DELETE,PURGE}.NAME_kept
//	                      $JS.API.CONSUMER.{CREATE,INFO,DELETE,MSG.NEXT}.{NAME,NAME_kept}.>
//
// STREAM.CREATE may be left out where an administrator makes the streams: with the subjects NAME.log.> and NAME.epoch,
// and with the source and the transform of NAME_kept as this package would. STREAM.DELETE and CREATE of NAME_kept are
// needed when the log comes back from an older state, PURGE when an event's
// values were all forgotten.
package natsbroker

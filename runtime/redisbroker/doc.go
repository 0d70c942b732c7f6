// Package redisbroker joins the buses of several nodes on Redis, with one log for all of them.
//
//	client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{"localhost:6379"}, DisableCache: true})
//	…
//	bus, err := eventbus.New(eventbus.WithBroker(redisbroker.New(client)), eventbus.WithKey(key), …)
//
// The client is the application's: its credentials, TLS, sentinels and cluster are those of rueidis, and closing the bus
// leaves it open.
//
// # Servers
//
// It needs Redis 7 or a server that speaks its protocol, such as Valkey 7.2. Start fails unless maxmemory-policy is
// noeviction: any other one may take away a part of the log. A server without appendonly loses what came after its
// last snapshot, and a replica that takes over lacks what had not reached it: nodes find that out, begin a new epoch
// and tell every window of a gap.
//
// # Keys and channels
//
// Each begins with {NAME}, so that all are in one slot of a cluster. NAME is [WithName]'s, "eventgen" by default; buses
// of different applications on one server need different names.
//
//	{NAME}:meta          hash: epoch, newest and oldest position, bytes ever written
//	{NAME}:log           stream: the messages, with their positions as ids
//	{NAME}:marks         list: positions with times and bytes, by which the log is trimmed
//	{NAME}:run:RUN       hash: the newest number and position of one start of a node; it expires after a day
//	{NAME}:kept          set: the events that have stored values
//	{NAME}:kept:EVENT    hash: the stored values of an event, by key
//	{NAME}:pub           sharded channel: what nodes tell each other outside the log
//	{NAME}:req:NODE      sharded channel: requests to the node
//	{NAME}:ans:RUN       sharded channel: answers to a start of a node
//
// # Permissions
//
// A node needs no more than this user, whose rules [Permissions] returns:
//
//	ACL SETUSER node on >password resetchannels &{NAME}:* ~{NAME}:* -@all +@connection +@scripting +@stream +@hash
//	    +@set +@list +@pubsub +info +exists +del +pexpire +time -script -function
//
// Give the user "default" a password rather than switch it off: with appendonly, Redis 7 loads its file as that user, and
// passes over every transaction in it if the user may not do that.
package redisbroker

package redisbroker

import (
	"errors"
	"regexp"
	"time"
)

// Option configures a broker.
type Option func(*config)

type config struct {
	name  string
	bytes int64
	age   time.Duration
}

func configOf(opts []Option) config {
	c := config{name: "eventgen", bytes: 64 << 20, age: 10 * time.Minute}
	for _, o := range opts {
		if o != nil {
			o(&c)
		}
	}
	return c
}

var names = regexp.MustCompile(`^[A-Za-z0-9_:.-]{1,64}$`)

func (c *config) check() error {
	if !names.MatchString(c.name) {
		return errors.New("redisbroker: WithName: a name is 1 to 64 letters, digits and any of _:.-")
	}
	if c.bytes < 1<<20 || c.age < time.Second {
		return errors.New("redisbroker: WithLog: the log has at least 1 MiB and 1 s")
	}
	return nil
}

// WithName sets what all keys and channels begin with, in braces: 1 to 64 letters, digits and any of _:.-. The default
// is "eventgen". Nodes that are to be joined have the same.
func WithName(name string) Option { return func(c *config) { c.name = name } }

// WithLog bounds the log that all nodes share: how far a client can resume after any node, and how long the engine may
// be read late. The default is 64 MiB and 10 minutes. The server needs room for that and for the stored values. The log
// is trimmed by parts of 1/64 of either. All nodes should have the same.
func WithLog(bytes int64, age time.Duration) Option {
	return func(c *config) { c.bytes, c.age = bytes, age }
}

// Permissions returns the rules of a user that has what a node needs, for ACL SETUSER.
func Permissions(opts ...Option) []string {
	c := configOf(opts)
	return []string{
		"resetchannels", "&{" + c.name + "}:*", "~{" + c.name + "}:*", "-@all", "+@connection", "+@scripting", "+@stream",
		"+@hash", "+@set", "+@list", "+@pubsub", "+info", "+exists", "+del", "+pexpire", "+time", "-script", "-function",
	}
}

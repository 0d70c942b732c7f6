package natsbroker

import (
	"errors"
	"regexp"
	"time"
)

// Option configures a broker.
type Option func(*config)

type config struct {
	name     string
	bytes    int64
	age      time.Duration
	replicas int
	memory   bool
}

func configOf(opts []Option) config {
	c := config{name: "eventgen", bytes: 64 << 20, age: 10 * time.Minute, replicas: 1}
	for _, o := range opts {
		if o != nil {
			o(&c)
		}
	}
	return c
}

var names = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (c *config) check() error {
	if !names.MatchString(c.name) {
		return errors.New("natsbroker: WithName: a name is 1 to 64 letters, digits, '-' and '_'")
	}
	if c.bytes < 1<<20 || c.age < time.Second {
		return errors.New("natsbroker: WithLog: the log has at least 1 MiB and 1 s")
	}
	return nil
}

// WithName sets the first token of all subjects, and the names of the streams: 1 to 64 letters, digits, '-' and '_'. The
// default is "eventgen". Nodes that are to be joined have the same.
func WithName(name string) Option { return func(c *config) { c.name = name } }

// WithLog bounds the log that all nodes share: how far a client can resume after any node, and how long the engine may
// be read late. The default is 64 MiB and 10 minutes. It is used when the stream is made; change a stream that is there
// with the tools of NATS.
func WithLog(bytes int64, age time.Duration) Option {
	return func(c *config) { c.bytes, c.age = bytes, age }
}

// WithReplicas sets on how many servers the streams are kept: 1 by default, 3 so that what was acknowledged outlives the
// loss of a server. It is used when the streams are made.
func WithReplicas(n int) Option { return func(c *config) { c.replicas = n } }

// WithMemory keeps the streams in memory: a restart of the server is a new epoch, of which every window is told by a
// gap, and stored values are gone. The default is files.
func WithMemory() Option { return func(c *config) { c.memory = true } }

// Permissions returns the subjects that a node may publish to and subscribe to, for JetStream or for Core.
func Permissions(jetStream bool, opts ...Option) (publish, subscribe []string) {
	c := configOf(opts)
	subscribe = []string{c.name + ".pub.*", c.name + ".req.*", "_INBOX.>"}
	publish = append(publish, subscribe...)
	if !jetStream {
		return publish, subscribe
	}
	kept := c.name + keptSuffix
	publish = append(publish, c.name+".log.>", c.name+".epoch", kept+".>", "$JS.API.INFO", "$JS.API.STREAM.DELETE."+kept, "$JS.API.STREAM.PURGE."+kept)
	for _, stream := range []string{c.name, kept} {
		for _, call := range []string{"INFO", "CREATE", "MSG.GET"} {
			publish = append(publish, "$JS.API.STREAM."+call+"."+stream)
		}
		for _, call := range []string{"CREATE", "INFO", "DELETE", "MSG.NEXT"} {
			publish = append(publish, "$JS.API.CONSUMER."+call+"."+stream+".>")
		}
	}
	return publish, subscribe
}

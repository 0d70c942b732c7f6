package eventbus

// BrokerHealth is how a node stands among those that a broker joins.
type BrokerHealth struct {
	// Connected says that the engine can be reached and, if it keeps a log, that what this node publishes comes back.
	Connected bool
	// Epoch names the log that all nodes share; empty if there is none.
	Epoch string
	// Lag is how many messages of that log this node has yet to read, by what was known last.
	Lag uint64
	// Queued and QueuedBytes are what this node has yet to publish.
	Queued, QueuedBytes int
	// Nodes is how many other nodes there are.
	Nodes int
}

// BrokerHealth returns how this node stands among the others, and false without a broker.
func (b *Bus) BrokerHealth() (BrokerHealth, bool) {
	if b.cluster == nil {
		return BrokerHealth{}, false
	}
	return b.cluster.health(), true
}

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

// Health is how a bus stands.
type Health struct {
	// Closing says that [Bus.Close] was called: the bus refuses emits, and delivers what it took in before. Closed says
	// that it has ended.
	Closing, Closed bool
	// Broker is how this node stands among the others; nil without a broker.
	Broker *BrokerHealth
}

// Health returns how the bus stands. It waits for nothing.
func (b *Bus) Health() Health {
	state := b.intake.state.Load()
	h := Health{Closing: state != stateOpen, Closed: state == stateClosed}
	if b.cluster != nil {
		broker := b.cluster.health()
		h.Broker = &broker
	}
	return h
}

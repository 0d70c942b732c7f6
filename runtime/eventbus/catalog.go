package eventbus

import (
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// AnyEvent is an event whose payload type is not known: every *Event[T] is one, and nothing else.
type AnyEvent interface {
	// Info describes the event.
	Info() eventdef.Info

	core() *event
}

// Catalog is a set of events, usually those of one package. Generated code has one called Events. A
// catalogue is not bound to a bus: a bus gets to know it through [WithCatalog].
type Catalog struct {
	events []AnyEvent
}

// NewCatalog returns the catalogue of the events. Mistakes among them, such as two events of one name,
// are reported by [New].
func NewCatalog(events ...AnyEvent) *Catalog {
	return &Catalog{events: slices.Clone(events)}
}

// Events returns the events in the order of NewCatalog.
func (c *Catalog) Events() []AnyEvent { return slices.Clone(c.events) }

// Lookup returns the event of that wire name, or nil.
func (c *Catalog) Lookup(name string) AnyEvent {
	for _, e := range c.events {
		if e.core().info.Name == name {
			return e
		}
	}
	return nil
}

package httptransport

import "github.com/eventgen/eventgen/runtime/session"

// farewellCost is what a refused page takes that is told why, in bytes.
const farewellCost = 16 << 10

// Limits returns the bounds that the options of the handler, its engine and its bus set.
func (h *Handler) Limits() session.Limits {
	l := h.Engine.Limits()
	l.Farewells = mostFarewells * farewellCost
	return l
}

package httptransport

import (
	"net/http"
	"net/netip"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// accountOf returns whom the costs of a connection are charged to, and false if the application failed to say.
func (h *Handler) accountOf(r *http.Request, peer eventbus.Peer) (account string, ok bool) {
	if h.account == nil {
		return defaultAccount(r, peer), true
	}
	failed := h.Guard(r.Context(), func() { account = h.account(r, peer) })
	return account, !failed
}

// defaultAccount is the identity, and of pages without one the address: the network of an IPv6 address, of which a
// page may have as many as it likes.
func defaultAccount(r *http.Request, peer eventbus.Peer) string {
	if peer.Identity != "" {
		return "identity " + peer.Identity
	}
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "address " + r.RemoteAddr
	}
	address := at.Addr().Unmap()
	if address.Is4() {
		return "address " + address.String()
	}
	network, err := address.WithZone("").Prefix(64)
	if err != nil { // an IPv6 address has 128 bits
		return "address " + address.String()
	}
	return "address " + network.String()
}

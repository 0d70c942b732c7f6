package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"
)

const (
	// ticketLife is for how long a ticket holds. Pages get another at half of it.
	ticketLife = 24 * time.Hour
	// ticketSkew is by how much the clocks of nodes may differ.
	ticketSkew = time.Minute
	// ticketMAC is how much of the authentication code a ticket carries, in bytes.
	ticketMAC = 16
	// longestTicket bounds the text that is looked at.
	longestTicket = 1 << 10

	ticketVersion = 1
)

// ticket is what a page shows to go on with its session, at this node or another that has the key. The identity is
// authenticated with it, and not in it.
type ticket struct {
	session    string
	node       string // who serves the session
	epoch      string
	start      uint64 // the position in the epoch at which the session began
	generation uint64 // how many connections the session has had
	expires    time.Time
}

// source is which ticket of its session one is.
type source struct {
	node       string
	generation uint64
}

func (t *ticket) source() source { return source{t.node, t.generation} }

// keyring makes and checks tickets.
type keyring struct {
	tickets [][]byte // the first makes them
	proofs  []byte   // what makes positions proven
}

// newKeyring takes the keys of the nodes for what is needed here.
func newKeyring(keys func(purpose string) [][]byte) *keyring {
	return &keyring{tickets: keys("ticket"), proofs: keys("position")[0]}
}

// seal returns the text of a ticket of that identity.
func (r *keyring) seal(t *ticket, identity string) string {
	body := []byte{ticketVersion}
	for _, n := range []uint64{uint64(t.expires.Unix()), t.generation, t.start} {
		body = binary.AppendUvarint(body, n)
	}
	for _, text := range []string{t.session, t.node, t.epoch} {
		body = binary.AppendUvarint(body, uint64(len(text)))
		body = append(body, text...)
	}
	return base64.RawURLEncoding.EncodeToString(append(body, authenticate(r.tickets[0], body, identity)...))
}

// open returns the ticket that the text is, if it is one of that identity and holds.
func (r *keyring) open(text, identity string, now time.Time) (*ticket, bool) {
	if text == "" || len(text) > longestTicket {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(sealed) <= ticketMAC {
		return nil, false
	}
	body, mac := sealed[:len(sealed)-ticketMAC], sealed[len(sealed)-ticketMAC:]
	if !slices.ContainsFunc(r.tickets, func(key []byte) bool { return hmac.Equal(mac, authenticate(key, body, identity)) }) {
		return nil, false
	}
	t, ok := parseTicket(body)
	if !ok || now.After(t.expires.Add(ticketSkew)) || t.expires.After(now.Add(ticketLife+ticketSkew)) {
		return nil, false
	}
	return t, true
}

func authenticate(key, body []byte, identity string) []byte {
	h := hmac.New(sha256.New, key)
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(body)))
	h.Write(size[:])
	h.Write(body)
	h.Write([]byte(identity))
	return h.Sum(nil)[:ticketMAC]
}

// parseTicket reads what has been authenticated: another version of the program may have made it.
func parseTicket(body []byte) (*ticket, bool) {
	if body[0] != ticketVersion {
		return nil, false
	}
	ok, rest := true, body[1:]
	number := func() uint64 {
		n, size := binary.Uvarint(rest)
		if size <= 0 {
			ok = false
			return 0
		}
		rest = rest[size:]
		return n
	}
	text := func() string {
		n := number()
		if n > uint64(len(rest)) {
			ok = false
			return ""
		}
		s := string(rest[:n])
		rest = rest[n:]
		return s
	}
	t := &ticket{expires: time.Unix(int64(number()), 0), generation: number(), start: number()}
	t.session, t.node, t.epoch = text(), text(), text()
	return t, ok && len(rest) == 0
}

package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
)

// Epoch is the name of the log, and what makes event ids of its positions. An id proves that an engine with the same key
// has given it to a page: anybody can name a position, and would read history from there.
type Epoch struct {
	name  string
	proof cipher.Block
}

// proofSize is the length of a proof, as text.
const proofSize = 16

func newEpoch(name string, keys *keyring) *Epoch {
	h := hmac.New(sha256.New, keys.proofs)
	h.Write([]byte(name))
	block, err := aes.NewCipher(h.Sum(nil)[:16])
	if err != nil {
		panic(err) // no length of a key but these is refused
	}
	return &Epoch{name: name, proof: block}
}

// AppendID appends EPOCH:SEQ:PROOF.
func (e *Epoch) AppendID(dst []byte, seq uint64) []byte {
	dst = append(dst, e.name...)
	dst = append(dst, ':')
	dst = strconv.AppendUint(dst, seq, 10)
	dst = append(dst, ':')
	start := len(dst)
	dst = append(dst, make([]byte, aes.BlockSize)...)
	block := dst[start:]
	binary.BigEndian.PutUint64(block, seq)
	e.proof.Encrypt(block, block)
	var sum [proofSize / 2]byte
	copy(sum[:], block)
	hex.Encode(block, sum[:])
	return dst[:start+proofSize]
}

// parseID takes an id apart; proven says that it is one of this engine's. The proof may be missing.
func (e *Epoch) parseID(id string) (name string, seq uint64, proven, ok bool) {
	name, position, ok := strings.Cut(id, ":")
	position, _, _ = strings.Cut(position, ":")
	seq, err := strconv.ParseUint(position, 10, 53)
	if !ok || err != nil {
		return "", 0, false, false
	}
	return name, seq, subtle.ConstantTimeCompare([]byte(id), e.AppendID(nil, seq)) == 1, true
}

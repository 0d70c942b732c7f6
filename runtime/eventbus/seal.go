package eventbus

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
)

// deriveKeys returns a key for the purpose from each of the cluster's keys.
func deriveKeys(keys [][]byte, purpose string) [][]byte {
	derived := make([][]byte, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("eventgen " + purpose))
		derived[i] = mac.Sum(nil)
	}
	return derived
}

func randomName(n int) string { return strings.ToLower(rand.Text()[:n]) }

// sealer seals what nodes ask each other: with the newest key, and what was sealed with an older one opens too.
type sealer struct{ keys []cipher.AEAD }

func newSealer(keys [][]byte) (s sealer) {
	for _, key := range deriveKeys(keys, "requests between nodes") {
		block, err := aes.NewCipher(key)
		if err != nil {
			panic(err) // no length of a key but that of a sum is given
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			panic(err) // the block is one of AES
		}
		s.keys = append(s.keys, aead)
	}
	return s
}

func (s sealer) seal(purpose string, text []byte) []byte {
	return s.keys[0].Seal(nil, nil, text, []byte(purpose))
}

var errSealed = errors.New("it is not sealed with a key of this cluster")

func (s sealer) open(purpose string, sealed []byte) ([]byte, error) {
	for _, key := range s.keys {
		if text, err := key.Open(nil, nil, sealed, []byte(purpose)); err == nil {
			return text, nil
		}
	}
	return nil, errSealed
}

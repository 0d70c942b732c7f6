package eventdef

// KeySet holds the keys that a peer wants; nil means all. It must not change once it has been handed to the bus.
type KeySet map[Key]struct{}

// Has reports whether the set wants the key.
func (s KeySet) Has(k Key) bool {
	if s == nil {
		return true
	}
	_, ok := s[k]
	return ok
}

// NewKeySet returns the set of the keys; without one, that of all keys.
func NewKeySet(keys ...Key) KeySet {
	if len(keys) == 0 {
		return nil
	}
	s := make(KeySet, len(keys))
	for _, k := range keys {
		s[k] = struct{}{}
	}
	return s
}

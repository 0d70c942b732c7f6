// Package codecs holds payloads of every shape that a generated codec can meet. Its events_gen.go
// is committed; the tests compare it with encoding/json on random values and on fuzzed input.
//
//eventgen:defaults from=both
package codecs

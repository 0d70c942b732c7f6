// Package codec holds the JSON primitives that generated encoders and decoders are made of.
//
// # Encoding
//
// The Append functions extend a buffer and return it, as those of package strconv do. They write
// byte for byte what encoding/json writes for the same value: HTML-safe escapes, its forms of
// floats, sorted map keys, and invalid UTF-8 as the encoding/json of the build at hand replaces
// it. A build with GOEXPERIMENT=jsonv2 differs in one place: encoding/json calls MarshalText of map keys of a
// string kind there; generated code writes such keys as they are, as it does without. They allocate nothing beyond the buffer, except where a method of the user's own type or
// encoding/json itself is called.
//
// # Decoding
//
// A [Decoder] reads one payload strictly: wrong kinds, numbers out of range, missing, duplicate
// and wrongly cased properties, text that is not Unicode, excess depth and trailing data are
// problems, each with a JSON pointer. It goes on after a problem, so that one pass reports up to
// [MaxProblems] of them. It never panics, and what it allocates is bounded by the payload's length.
// Wherever it accepts a payload that encoding/json accepts too, both arrive at the same value, with one
// exception, where encoding/json does not read what it writes: what a pointer type with a name of its own points
// to is read by the methods that write it.
//
// Problems of either direction are [*Error] values; several together are [Errors].
//
// The package is called by generated code. Its functions keep their meaning as long as
// eventdef.IsAtLeastV1 exists; nothing here is meant to be convenient by hand.
package codec

// Package corpus holds payload types that stress the mapping from Go to TypeScript: each type
// with the directive event is a case. [Samples] gives for each case JSON documents that
// encoding/json writes for it, and TypeScript literals that can never occur.
//
// The generator's tests read the types as source and the samples as data: every document must
// fit the wire form and the generated TypeScript, and no literal of Never may.
package corpus

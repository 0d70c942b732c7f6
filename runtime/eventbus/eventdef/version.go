package eventdef

// IsAtLeastV1 is the handshake of generated code with the runtime: a file written for a later
// generation of the runtime refers to a constant that an older runtime lacks, so that it fails to
// compile rather than to work.
const IsAtLeastV1 = true

package payload

import "github.com/eventgen/eventgen/runtime/eventbus/codec"

// The functions below are what the bus does with a payload.

// AppendProgress appends v as JSON.
func AppendProgress(dst []byte, v *Progress) ([]byte, error) { return appendProgress(dst, v) }

// AppendReading appends v as JSON.
func AppendReading(dst []byte, v *Reading) ([]byte, error) { return appendReading(dst, v) }

// AppendReadings appends v as JSON.
func AppendReadings(dst []byte, v *Readings) ([]byte, error) { return appendReadings(dst, v) }

// AppendNode appends v as JSON.
func AppendNode(dst []byte, v *Node) ([]byte, error) { return appendNode(dst, v) }

// DecodeProgress reads v, which is zero.
func DecodeProgress(src []byte, v *Progress) error {
	d := codec.NewDecoder(src)
	decodeProgress(d, v)
	return d.End()
}

// DecodeReading reads v, which is zero.
func DecodeReading(src []byte, v *Reading) error {
	d := codec.NewDecoder(src)
	decodeReading(d, v)
	return d.End()
}

// DecodeReadings reads v, which is zero.
func DecodeReadings(src []byte, v *Readings) error {
	d := codec.NewDecoder(src)
	decodeReadings(d, v)
	return d.End()
}

// DecodeNode reads v, which is zero.
func DecodeNode(src []byte, v *Node) error {
	d := codec.NewDecoder(src)
	decodeNode(d, v)
	return d.End()
}

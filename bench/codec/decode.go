package main

import (
	"encoding/json"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	gojson "github.com/goccy/go-json"
	"github.com/mailru/easyjson"
	segmentio "github.com/segmentio/encoding/json"

	"github.com/eventgen/eventgen/bench/codec/payload"
)

// decodeFunc reads one payload into a new value and returns that.
type decodeFunc func(src []byte) (any, error)

type decoder struct {
	name    string
	library bool
	decode  [4]decodeFunc
}

var decoders = []decoder{
	{byHand, false, [4]decodeFunc{into(readProgress), into(readReading), into(readReadings), into(readNode)}},
	{ours, false, [4]decodeFunc{
		into(payload.DecodeProgress), into(payload.DecodeReading), into(payload.DecodeReadings), into(payload.DecodeNode),
	}},
	{"segmentio/encoding 0.5.4", true, unmarshal(func(src []byte, v any) error { return segmentio.Unmarshal(src, v) })},
	{"goccy/go-json 0.12.0", true, unmarshal(func(src []byte, v any) error { return gojson.Unmarshal(src, v) })},
	{"bytedance/sonic 1.15.5, ConfigStd", true, unmarshal(sonic.ConfigStd.Unmarshal)},
	{"bytedance/sonic 1.15.5, ConfigFastest", true, unmarshal(sonic.ConfigFastest.Unmarshal)},
	{standard, false, unmarshal(json.Unmarshal)},
	{"go-json-experiment/json 1.27.2", true, unmarshal(func(src []byte, v any) error { return jsonv2.Unmarshal(src, v) })},
	{"mailru/easyjson 0.9.2", true, unmarshal(func(src []byte, v any) error {
		return easyjson.Unmarshal(src, v.(easyjson.Unmarshaler))
	})},
}

func into[T any](decode func(src []byte, v *T) error) decodeFunc {
	return func(src []byte) (any, error) {
		v := new(T)
		err := decode(src, v)
		return v, err
	}
}

func unmarshal(decode func(src []byte, v any) error) [4]decodeFunc {
	return [4]decodeFunc{
		into(func(src []byte, v *payload.Progress) error { return decode(src, v) }),
		into(func(src []byte, v *payload.Reading) error { return decode(src, v) }),
		into(func(src []byte, v *payload.Readings) error { return decode(src, v) }),
		into(func(src []byte, v *payload.Node) error { return decode(src, v) }),
	}
}

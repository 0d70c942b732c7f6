package main

import (
	"encoding/json"

	"github.com/bytedance/sonic"
	sonicencoder "github.com/bytedance/sonic/encoder"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	gojson "github.com/goccy/go-json"
	"github.com/mailru/easyjson"
	segmentio "github.com/segmentio/encoding/json"

	"github.com/eventgen/eventgen/bench/codec/payload"
)

const readings = 50

var (
	progress = payload.SampleProgress()
	reading  = payload.SampleReading(1)
	report   = payload.SampleReadings(readings)
	node     = payload.SampleNode()
)

var samples = []sample{
	newSample("(a)", progress),
	newSample("(b)", &reading),
	newSample("(c)", report),
	newSample("(d)", node),
}

// encodeFunc appends one sample as JSON; those that cannot append return text of their own.
type encodeFunc func(dst []byte) ([]byte, error)

type encoder struct {
	name     string
	library  bool
	unsorted bool // it writes maps in any order
	lax      bool // it does not escape what HTML gives a meaning
	encode   [4]encodeFunc
}

var encoders = []encoder{
	{limit, false, false, false, [4]encodeFunc{copies(0), copies(1), copies(2), copies(3)}},
	{byHand, false, false, false, [4]encodeFunc{
		func(dst []byte) ([]byte, error) { return appendProgress(dst, progress), nil },
		func(dst []byte) ([]byte, error) { return appendReading(dst, &reading), nil },
		func(dst []byte) ([]byte, error) { return appendReadings(dst, report), nil },
		func(dst []byte) ([]byte, error) { return appendNode(dst, node), nil },
	}},
	{ours, false, false, false, [4]encodeFunc{
		func(dst []byte) ([]byte, error) { return payload.AppendProgress(dst, progress) },
		func(dst []byte) ([]byte, error) { return payload.AppendReading(dst, &reading) },
		func(dst []byte) ([]byte, error) { return payload.AppendReadings(dst, report) },
		func(dst []byte) ([]byte, error) { return payload.AppendNode(dst, node) },
	}},
	library("segmentio/encoding 0.5.4, Append", func(v any) encodeFunc {
		return func(dst []byte) ([]byte, error) {
			return segmentio.Append(dst, v, segmentio.EscapeHTML|segmentio.SortMapKeys)
		}
	}),
	library("goccy/go-json 0.12.0", func(v any) encodeFunc {
		return func([]byte) ([]byte, error) { return gojson.Marshal(v) }
	}),
	library("bytedance/sonic 1.15.5, ConfigStd", func(v any) encodeFunc {
		return func([]byte) ([]byte, error) { return sonic.ConfigStd.Marshal(v) }
	}),
	lax("bytedance/sonic 1.15.5, ConfigFastest, sorted keys", func(v any) encodeFunc {
		api := sonic.Config{NoQuoteTextMarshaler: true, NoValidateJSONMarshaler: true, NoValidateJSONSkip: true, SortMapKeys: true}.Froze()
		return func([]byte) ([]byte, error) { return api.Marshal(v) }
	}),
	lax("bytedance/sonic 1.15.5, EncodeInto", func(v any) encodeFunc {
		return func(dst []byte) ([]byte, error) {
			err := sonicencoder.EncodeInto(&dst, v, sonicencoder.SortMapKeys|sonicencoder.NoQuoteTextMarshaler|sonicencoder.NoValidateJSONMarshaler)
			return dst, err
		}
	}),
	{standard, false, false, false, each(func(v any) encodeFunc {
		return func([]byte) ([]byte, error) { return json.Marshal(v) }
	})},
	library("go-json-experiment/json 1.27.2", func(v any) encodeFunc {
		return func([]byte) ([]byte, error) {
			return jsonv2.Marshal(v, jsonv2.Deterministic(true), jsontext.EscapeForHTML(true))
		}
	}),
	{"mailru/easyjson 0.9.2", true, true, false, each(func(v any) encodeFunc {
		m := v.(easyjson.Marshaler)
		return func([]byte) ([]byte, error) { return easyjson.Marshal(m) }
	})},
}

func library(name string, encode func(v any) encodeFunc) encoder {
	return encoder{name: name, library: true, encode: each(encode)}
}

// lax is a library in a mode that writes the same bytes only because these payloads hold nothing
// that HTML gives a meaning.
func lax(name string, encode func(v any) encodeFunc) encoder {
	return encoder{name: name, library: true, lax: true, encode: each(encode)}
}

func each(encode func(v any) encodeFunc) [4]encodeFunc {
	var out [4]encodeFunc
	for i, s := range samples {
		out[i] = encode(s.value)
	}
	return out
}

func copies(i int) encodeFunc {
	return func(dst []byte) ([]byte, error) { return append(dst, samples[i].text...), nil }
}

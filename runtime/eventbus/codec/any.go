package codec

import "encoding/json"

// AppendAny appends v as json.Marshal does. The types that decoding into an empty interface
// produces are written directly; everything else goes through encoding/json.
func AppendAny(dst []byte, v any) ([]byte, error) { return appendAny(dst, v, 0) }

func appendAny(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return AppendBool(dst, v), nil
	case string:
		return AppendString(dst, v), nil
	case float64:
		return AppendFloat64(dst, v)
	case int:
		return AppendInt(dst, int64(v)), nil
	case int64:
		return AppendInt(dst, v), nil
	case uint64:
		return AppendUint(dst, v), nil
	case json.Number:
		return AppendNumber(dst, v)
	case json.RawMessage:
		return AppendRawMessage(dst, v)
	case []any:
		return appendList(dst, v, depth+1)
	case map[string]any:
		return appendObject(dst, v, depth+1)
	}
	return AppendJSON(dst, v)
}

func appendList(dst []byte, list []any, depth int) ([]byte, error) {
	if list == nil {
		return append(dst, "null"...), nil
	}
	if depth > MaxEncodeDepth {
		return dst, TooDeep()
	}
	dst = append(dst, '[')
	var err error
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendAny(dst, v, depth); err != nil {
			return dst, AtIndex(err, i)
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, object map[string]any, depth int) ([]byte, error) {
	if object == nil {
		return append(dst, "null"...), nil
	}
	if depth > MaxEncodeDepth {
		return dst, TooDeep()
	}
	keys := SortStrings(object)
	dst = append(dst, '{')
	var err error
	for i, name := range keys.List {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, name), ':')
		if dst, err = appendAny(dst, object[name], depth); err != nil {
			return dst, At(err, name)
		}
	}
	keys.Free()
	return append(dst, '}'), nil
}

package probe

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
)

// A mutation makes a document nearly right.
type mutation struct {
	*rand.Rand
	loose  bool
	absent bool
}

var replacements = []any{
	true, false, json.Number("0"), json.Number("-1"), json.Number("1.5"), json.Number("200"), json.Number("70000"), json.Number("5000000000"),
	json.Number("1e300"), json.Number("1e400"), "", "x", "t", "tx", "t1", "12", "-5", "01", "true", "1.5", "1e400", `"a"`, ` "a"`, `"a" `, `"x"`, "red", "YQ==", "YR==", "YQ",
	"2024-01-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T1:00:00Z", "2024-01-01T01:00:00,5Z", "2024-01-01T01:00:00+23:59",
	"2024-01-01T01:00:00+24:00", "2024-01-01T01:00:00-00:60", "2024-01-01T24:00:00Z", "2024-01-01T01:00:60Z", "0000-01-01T00:00:00Z",
	"2024-01-01T01:00:00.Z", "2024-01-01t01:00:00z", "10.0.0.1",
}

// change changes one value or key somewhere in tree.
func (m *mutation) change(tree any) any {
	if m.IntN(4) > 0 {
		switch t := tree.(type) {
		case []any:
			if len(t) > 0 {
				i := m.IntN(len(t))
				t[i] = m.change(t[i])
				return t
			}
		case map[string]any:
			if len(t) > 0 {
				key := m.key(t)
				t[key] = m.change(t[key])
				return t
			}
		}
	}
	switch t := tree.(type) {
	case []any:
		switch m.IntN(3) {
		case 0:
			if len(t) > 0 {
				return t[1:]
			}
		case 1:
			return append(t, m.value())
		}
	case map[string]any:
		if m.IntN(3) > 0 {
			return m.keys(t)
		}
	}
	if m.IntN(3) == 0 {
		m.absent = true
		return nil
	}
	return m.value()
}

func (m *mutation) keys(t map[string]any) any {
	if len(t) == 0 || m.IntN(4) == 0 {
		m.loose = true
		t[[]string{"extra", "1", "-1", "t1", "x", "", "toString", "constructor"}[m.IntN(8)]] = m.value()
		return t
	}
	key := m.key(t)
	value := t[key]
	delete(t, key)
	if m.IntN(2) == 0 {
		m.absent = true
		return t
	}
	m.loose = true
	t[key+"x"] = value
	return t
}

func (m *mutation) key(t map[string]any) string {
	keys := slices.Sorted(maps.Keys(t))
	return keys[m.IntN(len(keys))]
}

func (m *mutation) value() any {
	switch m.IntN(8) {
	case 0:
		return []any{}
	case 1:
		return map[string]any{}
	case 2:
		return []any{replacements[m.IntN(len(replacements))]}
	}
	return replacements[m.IntN(len(replacements))]
}

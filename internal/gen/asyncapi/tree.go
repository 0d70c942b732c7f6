package asyncapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A tree is a JSON value whose objects keep their order: an object, a list, a string, a bool, a
// number, or nil.
type tree any

type (
	object []member
	list   []tree
	number string // a JSON number as it is written
)

type member struct {
	key   string
	value tree
}

// with returns o with one more member.
func (o object) with(key string, value tree) object { return append(o, member{key, value}) }

// text adds a string that is not empty.
func (o object) text(key, value string) object {
	if value == "" {
		return o
	}
	return o.with(key, value)
}

// flag adds a true.
func (o object) flag(key string, value bool) object {
	if !value {
		return o
	}
	return o.with(key, true)
}

// count adds a number that is not zero.
func (o object) count(key string, value int64) object {
	if value == 0 {
		return o
	}
	return o.with(key, number(strconv.FormatInt(value, 10)))
}

// get returns a member's value, or nil.
func (o object) get(key string) tree {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

func texts(words []string) list {
	out := make(list, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// scalar is a JSON scalar as a tree.
func scalar(text string) tree {
	switch {
	case strings.HasPrefix(text, `"`):
		var s string
		if json.Unmarshal([]byte(text), &s) == nil {
			return s
		}
		return text
	case text == "true" || text == "false":
		return text == "true"
	}
	return number(text)
}

// asJSON prints a tree, indented, with a newline at the end.
func asJSON(t tree) []byte {
	var b bytes.Buffer
	writeJSON(&b, t, "\n")
	b.WriteByte('\n')
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, t tree, newline string) {
	deeper := newline + "  "
	switch t := t.(type) {
	case object:
		b.WriteByte('{')
		for i, m := range t {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(deeper)
			writeScalar(b, m.key)
			b.WriteString(": ")
			writeJSON(b, m.value, deeper)
		}
		if len(t) > 0 {
			b.WriteString(newline)
		}
		b.WriteByte('}')
	case list:
		b.WriteByte('[')
		for i, elem := range t {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(deeper)
			writeJSON(b, elem, deeper)
		}
		if len(t) > 0 {
			b.WriteString(newline)
		}
		b.WriteByte(']')
	case number:
		b.WriteString(string(t))
	default:
		writeScalar(b, t)
	}
}

// writeScalar writes a string, a bool or null, as it is: this is no HTML.
func writeScalar(b *bytes.Buffer, v tree) {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // no other types are in a tree
	}
	b.Truncate(b.Len() - 1)
}

// asYAML prints a tree as YAML 1.2.
func asYAML(t tree) ([]byte, error) {
	return yaml.Dump(node(t), yaml.WithV4Defaults(), yaml.WithLineWidth(-1))
}

func node(t tree) *yaml.Node {
	switch t := t.(type) {
	case object:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, m := range t {
			n.Content = append(n.Content, node(m.key), node(m.value))
		}
		if len(t) == 0 {
			n.Style = yaml.FlowStyle
		}
		return n
	case list:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, elem := range t {
			n.Content = append(n.Content, node(elem))
		}
		if len(t) == 0 {
			n.Style = yaml.FlowStyle
		}
		return n
	case string:
		n := &yaml.Node{}
		n.SetString(t)
		return n
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(t)}
	case number:
		tag := "!!int"
		if strings.ContainsAny(string(t), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: string(t)}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
}

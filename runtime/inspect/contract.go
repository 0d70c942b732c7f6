package inspect

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// contracted is what the contract says of an event.
type contracted struct {
	doc, typ string
	example  json.RawMessage
}

// schema is what is read of a JSON Schema.
type schema struct {
	Ref         string             `json:"$ref"`
	Description string             `json:"description"`
	Type        json.RawMessage    `json:"type"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	Items       *schema            `json:"items"`
	Additional  json.RawMessage    `json:"additionalProperties"`
	Enum        []json.RawMessage  `json:"enum"`
	Const       json.RawMessage    `json:"const"`
	OneOf       []*schema          `json:"oneOf"`
	AnyOf       []*schema          `json:"anyOf"`
	Examples    []json.RawMessage  `json:"examples"`
	Defs        map[string]*schema `json:"$defs"`
}

// readContract reads what "eventgen export jsonschema" writes.
func readContract(text []byte) (map[string]contracted, error) {
	var doc schema
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("the contract is no JSON Schema: %w", err)
	}
	out := map[string]contracted{}
	for name, s := range doc.Defs {
		event, ok := strings.CutPrefix(name, "event:")
		if !ok {
			continue
		}
		w := typeWriter{defs: doc.Defs, open: map[string]bool{}}
		c := contracted{doc: s.Description, typ: w.write(s, 0)}
		if len(s.Examples) > 0 {
			c.example = s.Examples[0]
		}
		out[event] = c
	}
	return out, nil
}

// typeWriter writes schemas as people read types.
type typeWriter struct {
	defs map[string]*schema
	open map[string]bool
}

func (w *typeWriter) write(s *schema, depth int) string {
	switch {
	case s == nil || depth > 8:
		return "unknown"
	case s.Ref != "":
		return w.ref(s.Ref, depth)
	case s.Const != nil:
		return string(s.Const)
	case len(s.Enum) > 0:
		parts := make([]string, len(s.Enum))
		for i, value := range s.Enum {
			parts[i] = string(value)
		}
		return strings.Join(parts, " | ")
	case len(s.OneOf)+len(s.AnyOf) > 0:
		var parts []string
		for _, one := range append(s.OneOf, s.AnyOf...) {
			parts = append(parts, w.write(one, depth))
		}
		return strings.Join(parts, " | ")
	case s.Properties != nil:
		return w.object(s, depth)
	case s.Items != nil:
		return "Array<" + w.write(s.Items, depth) + ">"
	}
	return w.basic(s)
}

func (w *typeWriter) ref(ref string, depth int) string {
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(strings.TrimPrefix(ref, "#/$defs/"))
	if w.open[name] {
		return name
	}
	w.open[name] = true
	defer delete(w.open, name)
	return w.write(w.defs[name], depth)
}

func (w *typeWriter) object(s *schema, depth int) string {
	required := map[string]bool{}
	for _, name := range s.Required {
		required[name] = true
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	sort.Strings(names)
	indent := strings.Repeat("  ", depth+1)
	var out strings.Builder
	out.WriteString("{\n")
	for _, name := range names {
		property := s.Properties[name]
		if doc := strings.TrimSpace(property.Description); doc != "" {
			out.WriteString(indent + "/** " + strings.ReplaceAll(doc, "\n", " ") + " */\n")
		}
		optional := "?"
		if required[name] {
			optional = ""
		}
		fmt.Fprintf(&out, "%s%s%s: %s\n", indent, name, optional, w.write(property, depth+1))
	}
	out.WriteString(strings.Repeat("  ", depth) + "}")
	return out.String()
}

// basic writes a type that has no parts, or several.
func (w *typeWriter) basic(s *schema) string {
	var one string
	if json.Unmarshal(s.Type, &one) == nil && one != "" {
		if one == "integer" {
			return "number"
		}
		return one
	}
	var many []string
	if json.Unmarshal(s.Type, &many) == nil && len(many) > 0 {
		return strings.Join(many, " | ")
	}
	return "unknown"
}

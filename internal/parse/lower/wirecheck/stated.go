package wirecheck

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// stated checks v against the TypeScript that is stated for a marshaler, as far as it is made
// of keywords, literals, templates, parameters and unions of those. Other text passes.
func (c *Checker) stated(t *ir.Type, v any, in *scope, path string) error {
	if t.TS == "" {
		return nil
	}
	for part := range strings.SplitSeq(t.TS, "|") {
		part = strings.TrimSpace(part)
		if in != nil && in.args[part].typ != nil {
			arg := in.args[part]
			if c.value(arg.typ, v, arg.in, use{}, path, path) == nil {
				return nil
			}
			continue
		}
		if matches(part, v) {
			return nil
		}
	}
	return fmt.Errorf("%s: %s is no %s", path, show(v), t.TS)
}

var number = regexp.MustCompile(`\\\$\\\{number\\\}`)

func matches(part string, v any) bool {
	switch part {
	case "string":
		_, ok := v.(string)
		return ok
	case "number":
		_, ok := v.(json.Number)
		return ok
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "null":
		return v == nil
	case "true", "false":
		b, ok := v.(bool)
		return ok && b == (part == "true")
	}
	if text, ok := strings.CutPrefix(part, "`"); ok {
		pattern := number.ReplaceAllString(regexp.QuoteMeta(strings.TrimSuffix(text, "`")), `-?[0-9.]+`)
		s, isText := v.(string)
		return isText && regexp.MustCompile("^"+pattern+"$").MatchString(s)
	}
	return true
}

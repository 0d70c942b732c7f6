package golang

import (
	"encoding/json"
	"strconv"
)

// propertyText returns a property's name and colon as encoding/json writes them.
func propertyText(name string) string { return jsonString(name) + ":" }

func jsonString(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return strconv.Quote(s)
	}
	return string(b)
}

// jsonText returns the text of a JSON string.
func jsonText(s string) string {
	var out string
	if json.Unmarshal([]byte(s), &out) != nil {
		return s
	}
	return out
}

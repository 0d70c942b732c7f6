package compat

import (
	"fmt"
	"math/big"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// isScalar reports whether s is a JSON boolean, number or string.
func isScalar(s ir.Slot) bool { return class(s) != "" }

// class is the JSON type of a scalar, "" for anything else.
func class(s ir.Slot) string {
	if s.Quoted {
		return "string"
	}
	switch s.Kind {
	case ir.KindBool:
		return "boolean"
	case ir.KindInt, ir.KindUint, ir.KindFloat, ir.KindNumber:
		return "number"
	case ir.KindString, ir.KindTime, ir.KindText, ir.KindBytes:
		return "string"
	case ir.KindCustom:
		if s.TS == "string" || s.TS == "number" || s.TS == "boolean" {
			return s.TS
		}
	}
	return ""
}

// format is what the text of a string must look like; "" for any text.
func format(s ir.Slot) string {
	switch s.Kind {
	case ir.KindTime:
		return "time"
	case ir.KindBytes:
		return "base64"
	case ir.KindText, ir.KindCustom:
		return "text" + goTypeName(s)
	case ir.KindString:
		if s.Quoted {
			return "JSON string"
		}
		return ""
	}
	return "JSON " + string(s.Kind)
}

// sight is the TypeScript that a scalar is seen as under the settings.
func (c *comparison) sight(s ir.Slot) string {
	switch {
	case s.Kind == ir.KindTime && c.settings.Time == ir.TimeDate:
		return "Date"
	case s.Kind == ir.KindBytes && c.settings.Bytes == ir.BytesArray:
		return "Uint8Array"
	case s.Quoted && isInteger(s) && isWide(s) && c.settings.Int64 == ir.Int64BigInt:
		return "bigint"
	}
	return class(s)
}

func isInteger(s ir.Slot) bool { return s.Kind == ir.KindInt || s.Kind == ir.KindUint }
func isWide(s ir.Slot) bool    { return s.Bits == 0 || s.Bits == 64 }
func isNumeric(s ir.Slot) bool {
	return isInteger(s) || s.Kind == ir.KindFloat || s.Kind == ir.KindNumber
}

// scalar compares two scalars.
func (c *comparison) scalar(at place, o, n, writer, reader ir.Slot) {
	if class(o) != class(n) {
		c.typeChanged(at, o, n)
		return
	}
	levels := wireOnly
	sameSight := c.sight(o) == c.sight(n)
	if !sameSight {
		levels = wireTS
	}
	switch was, is := format(o), format(n); {
	case was == is && o.TS != n.TS && o.Kind == ir.KindText && reader.TS != "":
		c.report(at, diag.StatedTypeChanged, wireTS, fmt.Sprintf("%s was stated to be %s and is stated to be %s now", at.subject, stated(o), stated(n)),
			"if only the statement was wrong, accept this; otherwise add a field of the new type beside it")
	case isNumeric(o) && isNumeric(n):
		c.number(at, o, n, writer, reader)
	case class(o) == "string" && was != is && (format(reader) != "" || format(writer) == "base64"):
		c.report(at, diag.FormatChanged, levels, fmt.Sprintf("%s was %s and is %s now", at.subject, describe(o), describe(n)),
			"add a field of the new format beside it")
	case !sameSight:
		c.report(at, diag.TypeChanged, tsOnly, fmt.Sprintf("%s was a %s in TypeScript and is a %s now", at.subject, c.sight(o), c.sight(n)),
			"add a field of the new type beside it")
	}
}

func stated(s ir.Slot) string {
	if s.TS == "" {
		return "string"
	}
	return s.TS
}

// number compares the numbers that two types hold.
func (c *comparison) number(at place, o, n, writer, reader ir.Slot) {
	if c.sight(o) != c.sight(n) {
		c.report(at, diag.TypeChanged, tsOnly, fmt.Sprintf("%s was a %s in TypeScript and is a %s now", at.subject, c.sight(o), c.sight(n)),
			"add a field of the new type beside it")
	}
	why := misfit(writer, reader, at.receive)
	if why == "" {
		return
	}
	if at.receive {
		c.report(at, diag.NumberWidened, wireOnly, fmt.Sprintf("%s was %s and is %s now: pages may get %s", at.subject, goKind(o), goKind(n), why),
			"check that pages can take such numbers and accept this, or add a field beside it")
		return
	}
	c.report(at, diag.NumberNarrowed, wireOnly, fmt.Sprintf("%s was %s and is %s now: the server refuses %s", at.subject, goKind(o), goKind(n), why),
		"keep the wider type and check the value in Validate")
}

// goKind names a numeric type as Go does.
func goKind(s ir.Slot) string {
	switch {
	case s.Kind == ir.KindNumber:
		return "json.Number"
	case s.Bits == 0:
		return string(s.Kind)
	}
	return fmt.Sprintf("%s%d", s.Kind, s.Bits)
}

// misfit says which numbers of writer reader does not expect; "" if none. For a page a number
// is a double: that it may be larger than before, it need not know.
func misfit(writer, reader ir.Slot, page bool) string {
	if !isInteger(reader) {
		if writer.Kind == ir.KindNumber && !page || writer.Kind == ir.KindFloat && reader.Kind == ir.KindFloat && writer.Bits > reader.Bits && !page {
			return "numbers beyond its range"
		}
		return ""
	}
	if !isInteger(writer) {
		return "fractions"
	}
	wmin, wmax := bounds(writer)
	rmin, rmax := bounds(reader)
	switch {
	case wmin.Sign() < 0 && rmin.Sign() == 0:
		return "negative numbers"
	case !page && (wmin.Cmp(rmin) < 0 || wmax.Cmp(rmax) > 0):
		return "numbers beyond its range"
	}
	return ""
}

// bounds are the least and the largest value of an integer type.
func bounds(s ir.Slot) (least, most *big.Int) {
	bits := uint(s.Bits)
	if bits == 0 {
		bits = 64
	}
	if s.Kind == ir.KindUint {
		most = new(big.Int).Lsh(big.NewInt(1), bits)
		return new(big.Int), most.Sub(most, big.NewInt(1))
	}
	most = new(big.Int).Lsh(big.NewInt(1), bits-1)
	return new(big.Int).Neg(most), new(big.Int).Sub(most, big.NewInt(1))
}

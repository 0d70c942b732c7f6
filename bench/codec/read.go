package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/eventgen/eventgen/bench/codec/payload"
)

// reader is a decoder written by hand for these payloads: compact JSON, first error only.
type reader struct {
	src []byte
	err error
}

var errSyntax = errors.New("not the JSON that was expected")

func (r *reader) fail() {
	if r.err == nil {
		r.err = errSyntax
	}
	r.src = nil
}

func (r *reader) accept(c byte) bool {
	if len(r.src) > 0 && r.src[0] == c {
		r.src = r.src[1:]
		return true
	}
	return false
}

func (r *reader) expect(c byte) {
	if !r.accept(c) {
		r.fail()
	}
}

// text reads a string; what it returns shares memory with the source unless it has escapes.
func (r *reader) text() []byte {
	r.expect('"')
	end := bytes.IndexByte(r.src, '"')
	if end < 0 {
		r.fail()
		return nil
	}
	text := r.src[:end]
	if bytes.IndexByte(text, '\\') < 0 {
		r.src = r.src[end+1:]
		return text
	}
	for end = 0; end < len(r.src) && r.src[end] != '"'; end++ {
		if r.src[end] == '\\' {
			end++
		}
	}
	var s string
	if end >= len(r.src) || json.Unmarshal([]byte(`"`+string(r.src[:end])+`"`), &s) != nil {
		r.fail()
		return nil
	}
	r.src = r.src[end+1:]
	return []byte(s)
}

func (r *reader) string() string { return string(r.text()) }

func (r *reader) number() string {
	i := 0
	for i < len(r.src) && r.src[i] != ',' && r.src[i] != '}' && r.src[i] != ']' {
		i++
	}
	s := string(r.src[:i])
	r.src = r.src[i:]
	return s
}

func (r *reader) uint(bits int) uint64 {
	v, err := strconv.ParseUint(r.number(), 10, bits)
	if err != nil {
		r.fail()
	}
	return v
}

func (r *reader) int() int64 {
	v, err := strconv.ParseInt(r.number(), 10, 64)
	if err != nil {
		r.fail()
	}
	return v
}

func (r *reader) float() float64 {
	v, err := strconv.ParseFloat(r.number(), 64)
	if err != nil {
		r.fail()
	}
	return v
}

func (r *reader) bool() bool {
	switch {
	case bytes.HasPrefix(r.src, []byte("true")):
		r.src = r.src[4:]
		return true
	case bytes.HasPrefix(r.src, []byte("false")):
		r.src = r.src[5:]
	default:
		r.fail()
	}
	return false
}

// object calls field for each property.
func (r *reader) object(field func(name []byte)) {
	r.expect('{')
	if r.accept('}') {
		return
	}
	for r.err == nil {
		name := r.text()
		r.expect(':')
		field(name)
		if !r.accept(',') {
			break
		}
	}
	r.expect('}')
}

// array calls element for each element.
func (r *reader) array(element func()) {
	r.expect('[')
	if r.accept(']') {
		return
	}
	for r.err == nil {
		element()
		if !r.accept(',') {
			break
		}
	}
	r.expect(']')
}

func (r *reader) end() error {
	if r.err == nil && len(r.src) > 0 {
		r.fail()
	}
	return r.err
}

func readProgress(src []byte, p *payload.Progress) error {
	r := &reader{src: src}
	r.object(func(name []byte) {
		switch string(name) {
		case "id":
			p.ID = r.string()
		case "current":
			p.Current = r.uint(64)
		case "total":
			p.Total = r.uint(64)
		case "speed_mbps":
			v := r.float()
			p.SpeedMbps = &v
		default:
			r.fail()
		}
	})
	return r.end()
}

func readReading(src []byte, v *payload.Reading) error {
	r := &reader{src: src}
	r.reading(v)
	return r.end()
}

func (r *reader) reading(v *payload.Reading) {
	r.object(func(name []byte) {
		switch string(name) {
		case "sensor":
			v.Sensor = r.string()
		case "at":
			v.At = r.int()
		case "value":
			v.Value = r.float()
		case "unit":
			v.Unit = r.string()
		case "valid":
			v.Valid = r.bool()
		default:
			r.fail()
		}
	})
}

func readReadings(src []byte, v *payload.Readings) error {
	r := &reader{src: src}
	r.object(func(name []byte) {
		if string(name) != "list" {
			r.fail()
		}
		r.array(func() {
			v.List = append(v.List, payload.Reading{})
			r.reading(&v.List[len(v.List)-1])
		})
	})
	return r.end()
}

func readNode(src []byte, n *payload.Node) error {
	r := &reader{src: src}
	r.object(func(name []byte) {
		switch string(name) {
		case "host":
			r.host(&n.Host)
		case "memory":
			r.memory(&n.Memory)
		case "disks":
			r.array(func() {
				n.Disks = append(n.Disks, payload.Disk{})
				r.disk(&n.Disks[len(n.Disks)-1])
			})
		case "network":
			r.array(func() {
				n.Network = append(n.Network, payload.Interface{})
				r.iface(&n.Network[len(n.Network)-1])
			})
		case "load":
			i := 0
			r.array(func() {
				if i == len(n.Load) {
					r.fail()
					return
				}
				n.Load[i] = r.float()
				i++
			})
		case "labels":
			n.Labels = map[string]string{}
			r.object(func(name []byte) { n.Labels[string(name)] = r.string() })
		case "roles":
			r.array(func() { n.Roles = append(n.Roles, r.string()) })
		case "healthy":
			n.Healthy = r.bool()
		case "message":
			s := r.string()
			n.Message = &s
		default:
			r.fail()
		}
	})
	return r.end()
}

func (r *reader) host(v *payload.Host) {
	r.object(func(name []byte) {
		switch string(name) {
		case "name":
			v.Name = r.string()
		case "os":
			v.OS = r.string()
		case "kernel":
			v.Kernel = r.string()
		case "cores":
			v.Cores = int(r.int())
		case "booted":
			v.Booted = r.int()
		default:
			r.fail()
		}
	})
}

func (r *reader) memory(v *payload.Memory) {
	r.object(func(name []byte) {
		switch string(name) {
		case "total":
			v.Total = r.uint(64)
		case "used":
			v.Used = r.uint(64)
		case "cached":
			v.Cached = r.uint(64)
		case "pressure":
			v.Pressure = r.float()
		default:
			r.fail()
		}
	})
}

func (r *reader) disk(v *payload.Disk) {
	r.object(func(name []byte) {
		switch string(name) {
		case "device":
			v.Device = r.string()
		case "mount":
			v.Mount = r.string()
		case "total":
			v.Total = r.uint(64)
		case "used":
			v.Used = r.uint(64)
		case "reads_mbps":
			v.ReadsMbps = r.float()
		case "writes_mbps":
			v.WritesMbps = r.float()
		case "read_only":
			v.ReadOnly = r.bool()
		default:
			r.fail()
		}
	})
}

func (r *reader) iface(v *payload.Interface) {
	r.object(func(name []byte) {
		switch string(name) {
		case "name":
			v.Name = r.string()
		case "address":
			v.Address = r.string()
		case "received":
			v.Received = r.uint(64)
		case "sent":
			v.Sent = r.uint(64)
		case "dropped":
			v.Dropped = uint32(r.uint(32))
		default:
			r.fail()
		}
	})
}

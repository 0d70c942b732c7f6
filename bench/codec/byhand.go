package main

import (
	"math"
	"slices"
	"strconv"

	"github.com/eventgen/eventgen/bench/codec/payload"
)

// What one writes by hand over strconv: the floats of these payloads need no exponent.

func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0xE2 || c == 0xEF {
			return appendEscaped(dst, s)
		}
	}
	return append(append(dst, s...), '"')
}

// appendEscaped is what these payloads do not need.
func appendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < 0x20 || r == '<' || r == '>' || r == '&':
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&0xF])
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}

func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, '0')
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

func appendProgress(dst []byte, p *payload.Progress) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendText(dst, p.ID)
	dst = append(dst, `,"current":`...)
	dst = strconv.AppendUint(dst, p.Current, 10)
	dst = append(dst, `,"total":`...)
	dst = strconv.AppendUint(dst, p.Total, 10)
	if p.SpeedMbps != nil {
		dst = append(dst, `,"speed_mbps":`...)
		dst = appendFloat(dst, *p.SpeedMbps)
	}
	return append(dst, '}')
}

func appendReading(dst []byte, r *payload.Reading) []byte {
	dst = append(dst, `{"sensor":`...)
	dst = appendText(dst, r.Sensor)
	dst = append(dst, `,"at":`...)
	dst = strconv.AppendInt(dst, r.At, 10)
	dst = append(dst, `,"value":`...)
	dst = appendFloat(dst, r.Value)
	dst = append(dst, `,"unit":`...)
	dst = appendText(dst, r.Unit)
	dst = append(dst, `,"valid":`...)
	dst = strconv.AppendBool(dst, r.Valid)
	return append(dst, '}')
}

func appendReadings(dst []byte, r *payload.Readings) []byte {
	dst = append(dst, `{"list":`...)
	dst = appendList(dst, r.List, appendReading)
	return append(dst, '}')
}

func appendList[T any](dst []byte, list []T, one func([]byte, *T) []byte) []byte {
	if list == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, &list[i])
	}
	return append(dst, ']')
}

func appendNode(dst []byte, n *payload.Node) []byte {
	dst = append(dst, `{"host":{"name":`...)
	dst = appendText(dst, n.Host.Name)
	dst = append(dst, `,"os":`...)
	dst = appendText(dst, n.Host.OS)
	dst = append(dst, `,"kernel":`...)
	dst = appendText(dst, n.Host.Kernel)
	dst = append(dst, `,"cores":`...)
	dst = strconv.AppendInt(dst, int64(n.Host.Cores), 10)
	dst = append(dst, `,"booted":`...)
	dst = strconv.AppendInt(dst, n.Host.Booted, 10)
	dst = append(dst, `},"memory":{"total":`...)
	dst = strconv.AppendUint(dst, n.Memory.Total, 10)
	dst = append(dst, `,"used":`...)
	dst = strconv.AppendUint(dst, n.Memory.Used, 10)
	dst = append(dst, `,"cached":`...)
	dst = strconv.AppendUint(dst, n.Memory.Cached, 10)
	dst = append(dst, `,"pressure":`...)
	dst = appendFloat(dst, n.Memory.Pressure)
	dst = append(dst, `},"disks":`...)
	dst = appendList(dst, n.Disks, appendDisk)
	dst = append(dst, `,"network":`...)
	dst = appendList(dst, n.Network, appendInterface)
	dst = append(dst, `,"load":[`...)
	for i, f := range n.Load {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendFloat(dst, f)
	}
	dst = append(dst, `],"labels":`...)
	dst = appendLabels(dst, n.Labels)
	dst = append(dst, `,"roles":`...)
	dst = appendList(dst, n.Roles, func(dst []byte, s *string) []byte { return appendText(dst, *s) })
	dst = append(dst, `,"healthy":`...)
	dst = strconv.AppendBool(dst, n.Healthy)
	if n.Message != nil {
		dst = append(dst, `,"message":`...)
		dst = appendText(dst, *n.Message)
	}
	return append(dst, '}')
}

func appendDisk(dst []byte, d *payload.Disk) []byte {
	dst = append(dst, `{"device":`...)
	dst = appendText(dst, d.Device)
	dst = append(dst, `,"mount":`...)
	dst = appendText(dst, d.Mount)
	dst = append(dst, `,"total":`...)
	dst = strconv.AppendUint(dst, d.Total, 10)
	dst = append(dst, `,"used":`...)
	dst = strconv.AppendUint(dst, d.Used, 10)
	dst = append(dst, `,"reads_mbps":`...)
	dst = appendFloat(dst, d.ReadsMbps)
	dst = append(dst, `,"writes_mbps":`...)
	dst = appendFloat(dst, d.WritesMbps)
	dst = append(dst, `,"read_only":`...)
	dst = strconv.AppendBool(dst, d.ReadOnly)
	return append(dst, '}')
}

func appendInterface(dst []byte, n *payload.Interface) []byte {
	dst = append(dst, `{"name":`...)
	dst = appendText(dst, n.Name)
	dst = append(dst, `,"address":`...)
	dst = appendText(dst, n.Address)
	dst = append(dst, `,"received":`...)
	dst = strconv.AppendUint(dst, n.Received, 10)
	dst = append(dst, `,"sent":`...)
	dst = strconv.AppendUint(dst, n.Sent, 10)
	dst = append(dst, `,"dropped":`...)
	dst = strconv.AppendUint(dst, uint64(n.Dropped), 10)
	return append(dst, '}')
}

func appendLabels(dst []byte, labels map[string]string) []byte {
	if labels == nil {
		return append(dst, "null"...)
	}
	var room [16]string
	keys := room[:0]
	for k := range labels {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	dst = append(dst, '{')
	for i, k := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, k)
		dst = append(dst, ':')
		dst = appendText(dst, labels[k])
	}
	return append(dst, '}')
}

package port

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
	"unsafe"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Target says which windows an event goes to. A targeted emit reaches its target alone: no other window
// and no Go listener. The zero Target is no target: an emit that has none goes to everyone, and what needs one refuses it.
type Target struct {
	kind targetKind
	text string // the label or group; for several labels, their canonical JSON
	more *targetMore
}

// targetMore is what only few targets have.
type targetMore struct {
	names []string        // targetWindows: sorted labels; targetPeers: sorted peer ids
	not   Target          // targetExcept: whom it leaves out
	where func(Peer) bool // targetWhere
}

type targetKind uint8

const (
	targetInvalid targetKind = iota
	targetAll
	targetWindow
	targetWindows
	targetGroup
	targetExcept
	targetWhere
	targetPeers // what a Where has been resolved to
)

// All addresses every window.
var All = Target{kind: targetAll}

// Window addresses the windows of one label.
func Window(label string) Target { return Target{kind: targetWindow, text: label} }

// Windows addresses the windows of several labels. Order and repetition of labels do not matter; without
// a label it addresses nobody.
func Windows(labels ...string) Target {
	names := append([]string{}, labels...)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 1 {
		return Window(names[0])
	}
	text, err := json.Marshal(names)
	if err != nil { // strings always marshal
		return Target{}
	}
	return Target{kind: targetWindows, text: string(text), more: &targetMore{names: names}}
}

// Group addresses the peers that belong to a group.
func Group(name string) Target { return Target{kind: targetGroup, text: name} }

// Except addresses every window that t does not. It is refused on events that are stored or deferred.
func Except(t Target) Target {
	if t.kind == targetInvalid {
		return Target{}
	}
	return Target{kind: targetExcept, more: &targetMore{not: t}}
}

// Where addresses the peers for which match returns true. It is called once for each peer, during the
// emit and in its goroutine; peers of other nodes are asked too, by what they announced. It is refused on
// events that are stored or deferred.
func Where(match func(Peer) bool) Target {
	if match == nil {
		return Target{}
	}
	return Target{kind: targetWhere, more: &targetMore{where: match}}
}

// IsZero reports whether t is the zero Target, which is none.
func (t Target) IsZero() bool { return t.kind == targetInvalid }

// IsAll reports whether t addresses every window.
func (t Target) IsAll() bool { return t.kind == targetAll }

// Matches reports whether t addresses the peer.
func (t Target) Matches(p Peer) bool { return t.matches(&p) }

func (t *Target) matches(p *Peer) bool {
	switch t.kind {
	case targetAll:
		return true
	case targetWindow:
		return t.text == p.Window
	case targetWindows:
		_, ok := slices.BinarySearch(t.more.names, p.Window)
		return ok
	case targetGroup:
		return p.In(t.text)
	case targetExcept:
		return !t.more.not.matches(p)
	case targetWhere:
		return t.more.where(*p)
	case targetPeers:
		_, ok := slices.BinarySearch(t.more.names, p.ID)
		return ok
	}
	return false
}

// Label returns the label of a [Window] target, for transports that index their connections by it.
func (t Target) Label() (label string, ok bool) { return t.text, t.kind == targetWindow }

// TargetID is the comparable part of a target: what coalescing and storing hold apart.
type TargetID struct {
	kind targetKind
	text string
}

// ID returns the comparable part of the target.
func ID(t Target) TargetID { return TargetID{t.kind, t.text} }

// TargetSize returns how many bytes keep the target, beside its own.
func TargetSize(t Target) int {
	n := len(t.text)
	if m := t.more; m != nil {
		n += int(unsafe.Sizeof(targetMore{})) + TargetSize(m.not)
		for _, name := range m.names {
			n += len(name) + int(unsafe.Sizeof(""))
		}
	}
	return n
}

// What a window may address, in bytes and in number.
const (
	MaxTargetName  = 256
	MaxTargetNames = 256
)

// Short reports whether a window may address what t does: its names are neither too long nor too many.
func Short(t Target) bool {
	if t.kind != targetWindows {
		return len(t.text) <= MaxTargetName
	}
	for _, name := range t.more.names {
		if len(name) > MaxTargetName {
			return false
		}
	}
	return len(t.more.names) <= MaxTargetNames
}

// Fixed reports whether t means the same peers whenever it is asked by label and group, so that what is
// addressed to it may be stored and deferred.
func Fixed(t Target) bool {
	switch t.kind {
	case targetAll, targetWindow, targetWindows, targetGroup:
		return true
	}
	return false
}

// Open reports whether t holds a predicate that has not been resolved.
func Open(t Target) bool {
	return t.kind == targetWhere || t.kind == targetExcept && Open(t.more.not)
}

// Resolve replaces every predicate in t by the peers it holds for.
func Resolve(t Target, peers []Peer) Target {
	switch {
	case !Open(t):
		return t
	case t.kind == targetExcept:
		return Target{kind: targetExcept, more: &targetMore{not: Resolve(t.more.not, peers)}}
	}
	ids := []string{}
	for _, p := range peers {
		if t.more.where(p) {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	return Target{kind: targetPeers, more: &targetMore{names: ids}}
}

// wireTarget is the JSON form of a target.
type wireTarget struct {
	All     bool        `json:"all,omitempty"`
	Window  *string     `json:"window,omitempty"`
	Windows *[]string   `json:"windows,omitempty"`
	Group   *string     `json:"group,omitempty"`
	Except  *wireTarget `json:"except,omitempty"`
	Peers   *[]string   `json:"peers,omitempty"`
}

func (t Target) wire() (*wireTarget, error) {
	switch t.kind {
	case targetAll:
		return &wireTarget{All: true}, nil
	case targetWindow:
		return &wireTarget{Window: &t.text}, nil
	case targetWindows:
		return &wireTarget{Windows: &t.more.names}, nil
	case targetGroup:
		return &wireTarget{Group: &t.text}, nil
	case targetPeers:
		return &wireTarget{Peers: &t.more.names}, nil
	case targetExcept:
		not, err := t.more.not.wire()
		return &wireTarget{Except: not}, err
	case targetWhere:
		return nil, errors.New("eventbus: a Where target has no wire form")
	}
	return nil, errors.New("eventbus: the zero Target is no target")
}

// MarshalJSON returns the wire form: {"window":"settings"}, {"windows":["a","b"]}, {"group":"admins"},
// {"all":true}, {"except":{…}} or {"peers":["…"]}. Targets with a predicate have none before the bus has
// resolved it.
func (t Target) MarshalJSON() ([]byte, error) {
	w, err := t.wire()
	if err != nil {
		return nil, err
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads the wire form that MarshalJSON writes: these names as they are written here, each once, and no
// others.
func (t *Target) UnmarshalJSON(text []byte) error {
	var w wireTarget
	d := codec.NewStrictDecoder(text)
	w.read(d, 0)
	if err := d.End(); err != nil {
		return err
	}
	got, err := w.target(0)
	if err != nil {
		return err
	}
	*t = got
	return nil
}

var wireTargetNames = []string{"all", "window", "windows", "group", "except", "peers"}

func (w *wireTarget) read(d *codec.Decoder, depth int) {
	if depth > maxTargetDepth {
		d.Refuse(d.Offset(), "a target that is nested less", "a deeper one")
		d.Raw()
		return
	}
	if !d.Object() {
		return
	}
	var seen uint64
	for d.Field() {
		at := slices.Index(wireTargetNames, string(d.Name()))
		if at < 0 {
			d.Unknown(wireTargetNames)
			continue
		}
		if !d.First(&seen, 1<<at) {
			continue
		}
		switch wireTargetNames[at] {
		case "all":
			w.All = d.Bool()
		case "window":
			w.Window = new(d.String())
		case "group":
			w.Group = new(d.String())
		case "windows":
			w.Windows = readNames(d)
		case "peers":
			w.Peers = readNames(d)
		case "except":
			w.Except = new(wireTarget)
			w.Except.read(d, depth+1)
		}
	}
}

func readNames(d *codec.Decoder) *[]string {
	names := []string{}
	if d.Array() {
		for d.Element() {
			names = append(names, d.String())
		}
	}
	return &names
}

// maxTargetDepth bounds the nesting of a target that came over the wire.
const maxTargetDepth = 4

func (w *wireTarget) target(depth int) (Target, error) {
	var found []Target
	if w.All {
		found = append(found, All)
	}
	if w.Window != nil {
		found = append(found, Window(*w.Window))
	}
	if w.Windows != nil {
		found = append(found, Windows(*w.Windows...))
	}
	if w.Group != nil {
		found = append(found, Group(*w.Group))
	}
	if w.Peers != nil {
		ids := slices.Clone(*w.Peers)
		slices.Sort(ids)
		found = append(found, Target{kind: targetPeers, more: &targetMore{names: ids}})
	}
	if w.Except != nil {
		if depth >= maxTargetDepth {
			return Target{}, errors.New("eventbus: target is nested too deeply")
		}
		not, err := w.Except.target(depth + 1)
		if err != nil {
			return Target{}, err
		}
		found = append(found, Except(not))
	}
	if len(found) != 1 {
		return Target{}, errors.New("eventbus: a target has exactly one of window, windows, group, all, except and peers")
	}
	return found[0], nil
}

// String returns a readable form of t, for messages.
func (t Target) String() string {
	switch t.kind {
	case targetAll:
		return "all"
	case targetWindow:
		return "window " + t.text
	case targetWindows:
		return "windows " + t.text
	case targetGroup:
		return "group " + t.text
	case targetExcept:
		return "except " + t.more.not.String()
	case targetWhere:
		return "where"
	case targetPeers:
		return "peers " + strings.Join(t.more.names, ",")
	}
	return "invalid target"
}

// Allows reports whether an event of that audience may be addressed to the target.
func Allows(a eventdef.Audience, to Target) bool {
	switch a {
	case eventdef.ToWindow:
		return to.kind == targetWindow || to.kind == targetWindows || to.kind == targetWhere
	case eventdef.ToGroup:
		return to.kind == targetGroup || to.kind == targetWhere
	}
	return true
}

// Named reports whether the target names windows or a group, as a window may address them.
func Named(t Target) bool {
	return t.kind == targetWindow || t.kind == targetWindows || t.kind == targetGroup
}

// Resolved returns how many peers a resolved target names.
func Resolved(t Target) int {
	switch t.kind {
	case targetPeers:
		return len(t.more.names)
	case targetExcept:
		return Resolved(t.more.not)
	}
	return 0
}

// Nobody reports whether a resolved target has no peers.
func Nobody(t Target) bool { return t.kind == targetPeers && len(t.more.names) == 0 }

// Labels returns the labels of windows that the target addresses, and false if it addresses others.
func Labels(t Target) (labels []string, ok bool) {
	switch t.kind {
	case targetWindow:
		return []string{t.text}, true
	case targetWindows:
		return t.more.names, true
	}
	return nil, false
}

// Matches reports whether the target addresses the peer.
func Matches(t *Target, p *Peer) bool { return t.matches(p) }

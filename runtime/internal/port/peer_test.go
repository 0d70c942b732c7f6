package port

import "testing"

// TestPeerSize: what a peer keeps is counted to the byte, and each group and attribute costs more than its text.
func TestPeerSize(t *testing.T) {
	size := func(p Peer) int { return PeerSize(&p) }
	if empty := size(Peer{}); empty != 0 {
		t.Errorf("nothing takes %d bytes", empty)
	}
	for name, p := range map[string]Peer{
		"ID": {ID: "12345"}, "Node": {Node: "12345"}, "Window": {Window: "12345"}, "Identity": {Identity: "12345"}, "Account": {Account: "12345"},
	} {
		if got := size(p); got != 5 {
			t.Errorf("a %s of 5 bytes takes %d", name, got)
		}
	}
	one, two := size(Peer{Groups: []string{"12345"}}), size(Peer{Groups: []string{"12345", "123"}})
	if one <= 5 || two-one != one-2 {
		t.Errorf("a group of 5 bytes takes %d, one of 3 more %d", one, two-one)
	}
	short, long := size(Peer{Attributes: map[string]string{"a": "1"}}), size(Peer{Attributes: map[string]string{"ab": "123"}})
	if long-short != 3 || short <= one-5 {
		t.Errorf("an attribute of 2 bytes takes %d, one of 5 %d; a group of 5 %d", short, long, one)
	}
}

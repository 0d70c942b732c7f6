package randomtypes_test

import (
	"testing"

	"github.com/eventgen/eventgen/internal/testing/randomtypes"
)

// TestSearch runs a batch that is the same in every run. The command beside the package looks
// further, and makes what it finds smaller.
func TestSearch(t *testing.T) {
	root, err := randomtypes.Root()
	if err != nil {
		t.Fatal(err)
	}
	s := randomtypes.Search{Root: root, Log: t.Output(), Groups: 4, Cases: 10, Quick: true}
	failed, err := s.Batch(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if failed > 0 {
		t.Errorf("%d types fail", failed)
	}
}

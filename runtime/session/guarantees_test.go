package session

import (
	"testing"

	"github.com/eventgen/eventgen/runtime/internal/guarantees"
)

// The guarantees of this package and of httptransport are one series.
func TestGuaranteesHaveTests(t *testing.T) { guarantees.Check(t, ".", "../httptransport") }

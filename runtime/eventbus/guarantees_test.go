package eventbus_test

import (
	"testing"

	"github.com/eventgen/eventgen/runtime/internal/guarantees"
)

func TestGuaranteesHaveTests(t *testing.T) { guarantees.Check(t, ".") }

// Package union has a sealed interface whose variants carry their name.
package union

//eventgen:union tag=kind
//eventgen:event shape from=both
type Shape interface{ isShape() }

type Circle struct {
	Radius float64 `json:"radius"`
}

type Square struct {
	Side float64 `json:"side"`
}

func (Circle) isShape() {}
func (Square) isShape() {}

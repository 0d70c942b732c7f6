package codecs

import (
	"example.test/testdata/codecs/other"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Events over types that the package does not own.
const (
	//eventgen:event
	NameString eventbus.Name[string] = "name:string"
	//eventgen:event
	NameInts eventbus.Name[[]int] = "name:ints"
	//eventgen:event
	NameMap eventbus.Name[map[string]Point] = "name:map"
	//eventgen:event
	NameThing eventbus.Name[other.Thing] = "name:thing"
	//eventgen:event
	NamePtr eventbus.Name[*Point] = "name:ptr"
	//eventgen:event
	NameAny eventbus.Name[any] = "name:any"
	//eventgen:event
	NameFloat eventbus.Name[float64] = "name:float"
	//eventgen:event
	NameBox eventbus.Name[other.Box[Color]] = "name:box"
	//eventgen:event
	NameEmpty eventbus.Name[eventbus.Empty] = "name:empty"
	//eventgen:event
	NameArray eventbus.Name[[2]bool] = "name:array"
	//eventgen:event
	NameColor eventbus.Name[Color] = "name:color"
	//eventgen:event
	NameExposes eventbus.Name[other.Exposes] = "name:exposes"
	//eventgen:event
	NameKeys eventbus.Name[map[*TextKey]int] = "name:keys"
)

// Package mistakes is answered with diagnostics alone.
package mistakes

//eventgen:event bad name
type A struct{ N int32 }

//eventgen:event b throtle=1s
type B struct{ N int32 }

//eventgen:event c throttle=1
type C struct{ N int32 }

//eventgen:event d throttle=1s debounce=1s
type D struct{ N int32 }

//eventgen:event e wait=1s
type E struct{ N int32 }

//eventgen:event f key=Nme throttle=1s
type F struct{ Name string }

//eventgen:event f
type G struct{ N int32 }

//eventgen:evnt h
type H struct{ N int32 }

//eventgen:event i from=clinet
type I struct{ N int32 }

//eventgen:event j flushes=nothing
type J struct{ N int32 }

//eventgen:event k
type K struct{ Done chan int }

//eventgen:event l from=client sticky
type L struct{ N int32 }

//eventgen:event m
var M int

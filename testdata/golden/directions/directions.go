// Package directions has an event of each direction and audience.
package directions

//eventgen:event direction:server
type FromServer struct{ N int32 }

//eventgen:event direction:client from=client
type FromClient struct{ N int32 }

//eventgen:event direction:both from=both
type FromBoth struct{ N int32 }

//eventgen:event direction:relay from=client relay
type Relayed struct{ N int32 }

//eventgen:event direction:relay-both from=both relay
type RelayedBoth struct{ N int32 }

//eventgen:event audience:window to=window
type ToWindow struct{ N int32 }

//eventgen:event audience:group to=group
type ToGroup struct{ N int32 }

//eventgen:event audience:window-both from=both to=window
type ToWindowBoth struct{ N int32 }

//go:build !goexperiment.jsonv2

package codecs

const jsonv2 = false

// Package eventbus carries typed events between Go code, and through transports to windows and other
// nodes.
package eventbus

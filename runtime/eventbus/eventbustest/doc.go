// Package eventbustest helps to test code that uses package eventbus. [Network] joins the buses of several
// nodes in memory, as a broker would.
package eventbustest

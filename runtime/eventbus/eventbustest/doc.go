// Package eventbustest helps to test code that uses package eventbus. [New] gives a test a bus and a
// [Recorder], which knows what was emitted; [Emitted], [EmittedTo], [Order] and [Count] say in a readable way
// what should have been. [Network] joins the buses of several nodes in memory, as a broker would. [Link] is a
// line that loses, doubles, delays and reorders what passes, the same way for the same seed.
package eventbustest

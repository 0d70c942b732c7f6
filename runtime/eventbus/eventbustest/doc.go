// Package eventbustest helps to test code that uses package eventbus, and transports for it.
//
// [New] gives an application's test a bus and a [Recorder], which knows what was emitted; [Emitted],
// [EmittedTo], [Order] and [Count] say in a readable way what should have been. [Listen] collects what a listener
// gets: [Deliveries.Wait] waits for it, [Delivered] and [DeliveredBatches] say what it should be. [Network] joins the buses of
// several nodes in memory, as a broker would. For transports there are [TestSink], the checks that every
// transport must pass, [TestBroker], those that every broker must, [Reference], an in-memory transport that does, and [Link], a line that loses, doubles,
// delays and reorders what passes, the same way for the same seed.
package eventbustest

// Package inspect serves a page that shows what happens on a bus while it is being developed: a timeline of every
// delivery, rates, clients, payloads, and an editor that emits.
//
//	inspector, err := inspect.New(inspect.WithContract(contract)) // the output of "eventgen export jsonschema"
//	bus, err := eventbus.New(eventbus.WithCatalog(app.Events), eventbus.WithObserver(inspector))
//	mux.Handle("/inspect/", http.StripPrefix("/inspect", inspector))
//
// It is for development: it shows all payloads, lets whoever sees it emit, and makes every emit slower. It answers only
// requests from this machine to a name of this machine, until [WithHosts] says otherwise, and never pages of a foreign
// origin. [WithHidden] keeps payloads of some events out of it.
//
// What the page records can be replayed into a bus by [Replay]: a bug that was seen becomes a test.
package inspect

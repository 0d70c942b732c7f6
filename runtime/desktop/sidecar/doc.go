// Package sidecar serves the events of a Go program that runs beside a desktop shell: Tauri, Electron, Neutralino, or
// any other that can start a program and read its output.
//
// [Run] listens on a free port of the loopback interface, makes a random token, and prints both as one line of JSON on
// standard output. The shell reads that line and gives it to the page, whose transport sidecar() connects with it.
//
//	bus, err := eventbus.New(eventbus.WithCatalog(app.Events))
//	…
//	events, err := httptransport.New(bus)
//	…
//	err = sidecar.Run(ctx, events, sidecar.WithOrigins("tauri://localhost"), sidecar.WithParent(os.Stdin))
//	…
//	err = bus.Close(context.WithoutCancel(ctx)) // ends the connections
//
// Other programs of the machine can reach the port, and so can any page in a browser. Each request needs the token, and a
// page also needs an origin that [WithOrigins] names. Whoever can read the memory or the pipes of the shell can read the
// token too.
//
// Nothing but the handshake may be written to standard output before [Run] has written it: log to standard error.
package sidecar

// Command mutate makes small random mistakes in Go code and says which of them no test notices.
//
//	go run ./internal/testing/mutate -n 20 -seed 1 ./runtime/eventbus/...
//
// It picks n mutations of the code of the packages: another comparison or boundary, another
// operator or number, a negated condition, a statement or return left out, two arguments
// swapped. Only those count that compile. Each is tried with the tests of its package, and with
// those of -dependents or -tests after that, and is reported as
//
//	killed        a test failed; its name follows
//	timed out     the tests were still running after -limit
//	lived         no test failed: a test is missing, or the code does not matter
//
// with the place and the difference. A number, a seed and a commit give the same mutations on
// every machine. A run that is interrupted has tried a random part of them, and sums that up. The tree is never touched: the go command reads the mutated file through
// -overlay, in GOFLAGS, so that tests that run the go command see it too.
//
// The exit status is 1 if a mutation lived, and 2 if nothing could be tried.
package main

module github.com/eventgen/eventgen/bench

go 1.26.0

replace github.com/eventgen/eventgen => ../

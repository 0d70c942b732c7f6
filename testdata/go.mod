module example.test/testdata

go 1.26.0

require github.com/eventgen/eventgen v0.0.0

replace github.com/eventgen/eventgen => ../

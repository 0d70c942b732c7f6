module github.com/eventgen/eventgen/examples

go 1.26.0

require (
	github.com/docker/docker v28.5.2+incompatible
	github.com/eventgen/eventgen v0.0.0
	github.com/google/go-github/v84 v84.0.0
)

require (
	github.com/google/go-querystring v1.2.0 // indirect
	gotest.tools/v3 v3.5.2 // indirect
)

replace github.com/eventgen/eventgen => ../

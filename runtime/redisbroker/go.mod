module github.com/eventgen/eventgen/runtime/redisbroker

go 1.26.0

require (
	github.com/eventgen/eventgen v0.0.0
	github.com/redis/rueidis v1.0.79
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/eventgen/eventgen => ../..

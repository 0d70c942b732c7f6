module github.com/eventgen/eventgen/bench

go 1.26.0

replace github.com/eventgen/eventgen => ../

require (
	github.com/coder/guts v1.5.0
	golang.org/x/tools v0.52.0
)

require github.com/pkg/errors v0.9.1 // indirect

require (
	github.com/ThreeDotsLabs/watermill v1.5.1
	github.com/asaskevich/EventBus v0.0.0-20200907212545-49d423059eef
	github.com/cskr/pubsub/v2 v2.0.2
	github.com/dlclark/regexp2 v1.11.4 // indirect
	github.com/dop251/goja v0.0.0-20241024094426-79f3a7efcdbd // indirect
	github.com/eventgen/eventgen v0.0.0
	github.com/fatih/structtag v1.2.0 // indirect
	github.com/go-sourcemap/sourcemap v2.1.3+incompatible // indirect
	github.com/google/pprof v0.0.0-20230207041349-798e818bf904 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gookit/event v1.2.0
	github.com/gookit/goutil v0.7.1 // indirect
	github.com/gzuidhof/tygo v0.2.20 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/kelindar/event v1.5.2
	github.com/lithammer/shortuuid/v3 v3.0.7 // indirect
	github.com/maniartech/signals v1.3.1
	github.com/mustafaturan/bus/v3 v3.0.3
	github.com/oklog/ulid v1.3.1 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.22.0 // indirect
	golang.org/x/xerrors v0.0.0-20240903120638-7835f813f4da // indirect
	gopkg.in/yaml.v2 v2.4.0 // indirect
)

tool github.com/gzuidhof/tygo

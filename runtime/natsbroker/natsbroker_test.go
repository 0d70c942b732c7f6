//go:build unix

package natsbroker_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/natsbroker"
)

func TestCore(t *testing.T) {
	eventbustest.TestBroker(t, func(t testing.TB) *eventbustest.Engine {
		return newServer(t, false).engine(func(nc *nats.Conn) broker.Broker { return natsbroker.Core(nc) })
	})
}

func TestJetStream(t *testing.T) {
	eventbustest.TestBroker(t, func(t testing.TB) *eventbustest.Engine {
		s := newServer(t, true)
		e := s.engine(func(nc *nats.Conn) broker.Broker { return natsbroker.JetStream(nc) })
		e.Delete = func() {
			s.manage(func(ctx context.Context, js jetstream.JetStream) error { return js.DeleteStream(ctx, "eventgen") })
		}
		e.Trim = func(keep int) {
			s.manage(func(ctx context.Context, js jetstream.JetStream) error {
				if err := caughtUp(ctx, js); err != nil {
					return err
				}
				stream, err := js.Stream(ctx, "eventgen")
				if err != nil {
					return err
				}
				epoch, err := stream.GetLastMsgForSubject(ctx, "eventgen.epoch")
				if err != nil {
					return err
				}
				if _, err := js.Publish(ctx, "eventgen.epoch", epoch.Data); err != nil { // nodes see to it that it is not the oldest
					return err
				}
				return stream.Purge(ctx, jetstream.WithPurgeKeep(uint64(keep)))
			})
		}
		e.Snapshot = func() func() {
			store, copied := filepath.Join(s.dir, "store"), filepath.Join(s.dir, "copy")
			s.end(os.Interrupt)
			if err := os.CopyFS(copied, os.DirFS(store)); err != nil {
				t.Fatal(err)
			}
			s.start()
			return func() {
				s.kill()
				if err := os.RemoveAll(store); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(copied, store); err != nil {
					t.Fatal(err)
				}
				s.start()
			}
		}
		return e
	})
}

// caughtUp waits until the stream of stored values has all of the log.
func caughtUp(ctx context.Context, js jetstream.JetStream) error {
	for {
		kept, err := js.Stream(ctx, "eventgen_kept")
		if err != nil {
			return err
		}
		if info := kept.CachedInfo(); len(info.Sources) == 1 && info.Sources[0].Lag == 0 && info.Sources[0].Active >= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

package output

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/gofrs/flock"
)

// Exclude keeps other runs off the directories until release is called: the module and the
// output, say. It waits for runs that are under way; waiting is called once if it has to. The
// locks lie in the user's cache, so that nothing of ours is left in the tree, and end with the
// process.
func Exclude(ctx context.Context, dirs []string, waiting func(dir string)) (release func(), err error) {
	var held []*flock.Flock
	release = func() {
		for _, lock := range slices.Backward(held) {
			_ = lock.Unlock()
		}
	}
	// Everyone takes them in one order, so that no two wait for each other.
	dirs = slices.Compact(slices.Sorted(slices.Values(dirs)))
	for _, dir := range dirs {
		lock, err := exclude(ctx, dir, func() {
			if waiting != nil {
				waiting(dir)
				waiting = nil
			}
		})
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, lock)
	}
	return release, nil
}

// exclude takes the lock of one directory, in the first place where a lock file can be.
func exclude(ctx context.Context, dir string, waiting func()) (*flock.Flock, error) {
	name := exclusionName(dir)
	var errs []error
	for _, base := range lockDirs() {
		if err := os.MkdirAll(base, 0o700); err != nil {
			errs = append(errs, err)
			continue
		}
		lock := flock.New(filepath.Join(base, name))
		ok, err := lock.TryLock()
		if err == nil && !ok {
			waiting()
			_, err = lock.TryLockContext(ctx, 20*time.Millisecond)
		}
		if ctx.Err() != nil {
			_ = lock.Close()
			return nil, context.Cause(ctx)
		}
		if err == nil {
			return lock, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("no place for a lock file; set XDG_CACHE_HOME to a directory that can be written: %w", errors.Join(errs...))
}

// exclusionName names the lock file of a directory, after the place where it really is.
func exclusionName(dir string) string {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:16]) + ".lock"
}

func lockDirs() []string {
	var dirs []string
	if cache, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(cache, "eventgen", "locks"))
	}
	return append(dirs, filepath.Join(os.TempDir(), "eventgen-locks-"+strconv.Itoa(os.Getuid())))
}

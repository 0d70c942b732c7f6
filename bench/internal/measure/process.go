package measure

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// RSS returns the resident memory of a process in bytes, and the most it has been (0 where the
// system has no /proc).
func RSS(pid int) (now, peak int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		if name != "VmRSS" && name != "VmHWM" {
			continue
		}
		kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if name == "VmRSS" {
			now = kib << 10
		} else {
			peak = kib << 10
		}
	}
	return now, peak
}

// Child runs a command to its end. It returns seconds of wall time, seconds of processor time of
// the command and what it has started, and the peak memory of the command itself in MB. That is
// read again and again while it runs: what wait reports includes the memory of this process,
// from which the command was forked, and of the command's own children.
func Child(cmd *exec.Cmd) (Figures, error) {
	var stderr bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &stderr
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done, peaks := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_, peak := RSS(cmd.Process.Pid)
				most = max(most, peak)
			case <-done:
				peaks <- most
				return
			}
		}
	}()
	err := cmd.Wait()
	wall := time.Since(start)
	close(done)
	peak := <-peaks
	if err != nil {
		said := stderr.Bytes()
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said[:min(len(said), 4096)])
	}
	return Figures{
		"s":   wall.Seconds(),
		"cpu": (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		"MB":  float64(peak) / 1e6,
	}, nil
}

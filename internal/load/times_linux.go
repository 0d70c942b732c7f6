package load

import (
	"fmt"
	"io/fs"
	"syscall"
)

// changeTime identifies the file and tells its last change of any kind, which no program can set
// back as it can the time of modification.
func changeTime(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprint(stat.Dev, " ", stat.Ino, " ", stat.Ctim.Nano())
	}
	return ""
}

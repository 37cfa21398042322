//go:build unix

package pgtest

import (
	"os"
	"syscall"
)

// roomNeeded is what the copies of a few test binaries and their clones take, with a margin.
const roomNeeded = 2 << 30

// scratch is where copies live: in memory where there is plenty, because a
// clone is some 300 small files and many disks are slow to create those.
func scratch() string {
	const memory = "/dev/shm"
	var st syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(memory, &st) == nil && st.Bavail*uint64(st.Bsize) > roomNeeded {
		return memory
	}
	return os.TempDir()
}

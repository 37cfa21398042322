package doctor

import "syscall"

// clockKept tells whether the kernel's clock is kept by a time service, where that can be asked.
func clockKept() (kept, known bool) {
	const unsynchronised = 0x40
	var t syscall.Timex
	if _, err := syscall.Adjtimex(&t); err != nil {
		return false, false
	}
	return t.Status&unsynchronised == 0, true
}

func writable(path string) error {
	const write = 2
	return syscall.Access(path, write)
}

func spaceAt(path string) (space, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(path, &fs); err != nil {
		return space{}, err
	}
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		return space{}, err
	}
	size := uint64(fs.Bsize)
	return space{free: fs.Bavail * size, whole: fs.Blocks * size, nodes: fs.Ffree, nodesCount: fs.Files > 0,
		device: st.Dev}, nil
}

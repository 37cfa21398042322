package sheet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// limitSelf bounds this process: its addresses, its processor time, and that it
// writes no file and leaves no picture of its memory.
func limitSelf(processor time.Duration) error {
	var pages, rest uint64
	statm, err := os.ReadFile("/proc/self/statm")
	if err == nil {
		_, err = fmt.Sscan(string(statm), &pages, &rest)
	}
	if err != nil {
		return fmt.Errorf("how much memory is taken: %w", err)
	}
	addresses := pages*uint64(os.Getpagesize()) + hardMemory
	seconds := uint64(processor.Seconds())
	for what, most := range map[int]uint64{syscall.RLIMIT_AS: addresses, syscall.RLIMIT_CPU: seconds,
		syscall.RLIMIT_FSIZE: 0, syscall.RLIMIT_CORE: 0} {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("bound the process: %w", err)
		}
	}
	return nil
}

// outOfTime tells whether a process was ended because its processor time was up.
func outOfTime(err error) bool {
	var end *exec.ExitError
	if !errors.As(err, &end) {
		return false
	}
	status, ok := end.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL)
}

//go:build linux

package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a running child that dies with the app.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended, once exited is closed
}

// command prepares a program of the server: as the account, with the data
// folder as its first handed-down file, in a session of its own so that ^C on
// the terminal reaches the app alone, and with nothing of the app's environment.
func command(as account, dir *os.File, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:noctx // a server is stopped by its own signals
	cmd.ExtraFiles = []*os.File{dir}
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGQUIT}
	cmd.WaitDelay = 2 * time.Second
	as.apply(cmd)
	return cmd
}

// start runs a command to its end in the background. Linux sends the death
// signal when the thread that started a child ends, not the process; so that
// thread is kept until the child is gone.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// signal tells the process; one that has ended is no error.
func (p *process) signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

//go:build linux

package embedded_test

import (
	"io"
	osexec "os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"seatledger/internal/postgres/embedded"
)

func TestUnderGoRunTheAppEndsCleanlyWithItsParent(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			o := options(t)
			cmd := osexec.Command("go", "run", "./testdata/gorun", o.Dir)
			cmd.Stderr = t.Output()
			cmd.WaitDelay = time.Second
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			limit := time.AfterFunc(2*time.Minute, func() { _ = out.Close() })
			defer limit.Stop()
			ready := make([]byte, len("ready\n"))
			if _, err := io.ReadFull(out, ready); err != nil || string(ready) != "ready\n" {
				t.Fatalf("the app says %q, %v", ready, err)
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(out) // until the app, which holds the pipe too, has ended
			_ = cmd.Wait()
			if err != nil || !strings.Contains(string(rest), "stopped") {
				t.Errorf("after %s the app says %q, %v", sig, rest, err)
			}
			noneLeft(t, o.Dir)
			start(t, o)
		})
	}
}

func TestOnlyTheGoToolsOwnBuildsFollowTheirParent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		executable, parent, cache string
		want                      bool
	}{
		{"/root/.cache/go-build/8e/8ef0-d/web", "go", "", true},
		{"/root/.cache/go-build/8e/8ef0-d/web", "systemd", "", true}, // the parent was gone before we looked
		{"/tmp/go-build123456/b001/exe/web", "bash", "", true},
		{"/var/cache/ci/8e/8ef0-d/web", "bash", "/var/cache/ci", true},
		{"/tmp/seatledger", "bash", "", false},
		{"/tmp/go-builds/seatledger", "bash", "/root/.cache/go-build", false},
		{"/usr/local/bin/seatledger", "systemd", "", false},
	} {
		if got := embedded.UnderGoRun(c.executable, c.parent, c.cache); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

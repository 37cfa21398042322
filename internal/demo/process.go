package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/distributor/sandbox"
)

// UntilStdinCloses is the variable that makes a child end when its standard input
// does: that happens also when the parent was killed.
const UntilStdinCloses = "SEATLEDGER_UNTIL_STDIN_CLOSES"

const (
	startLimit = 20 * time.Second
	stopLimit  = 5 * time.Second
)

// distributorProcess is the stand-in distributor as a child process.
type distributorProcess struct {
	cmd   *exec.Cmd
	stdin io.Closer
	addr  string
}

// startDistributor starts this same program as the sandbox, on the address it had
// the last time: the provider's settings hold it.
func startDistributor(ctx context.Context, k keepsakes, data sandbox.DataOptions) (*distributorProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr := k.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	//nolint:noctx // it ends with its input, not with the start
	cmd := exec.Command(self, "sandbox", "--addr", addr, "--customers", strconv.Itoa(data.Customers),
		"--subscriptions", strconv.Itoa(data.Subscriptions), "--seed", strconv.FormatUint(data.Seed, 10), "--today",
		data.Today.String())
	cmd.Env = []string{UntilStdinCloses + "=1"}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &distributorProcess{cmd: cmd, stdin: stdin}
	if p.addr, err = awaitAddress(ctx, stdout); err != nil {
		return nil, errors.Join(fmt.Errorf("the stand-in distributor did not start on %s: %w", addr, err), p.stop())
	}
	return p, nil
}

// awaitAddress reads the line that says where the sandbox listens, and drains the rest.
func awaitAddress(ctx context.Context, out io.Reader) (string, error) {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if a, ok := strings.CutPrefix(lines.Text(), "listening on http://"); ok {
				found <- a
			}
		}
	}()
	waiting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	select {
	case a, ok := <-found:
		if !ok {
			return "", errors.New("it ended at once; another program may use its port. " +
				"Stop that one, or start with --fresh")
		}
		return a, nil
	case <-waiting.Done():
		return "", waiting.Err()
	}
}

func (p *distributorProcess) url() string { return "http://" + p.addr }

// exception opens the address guard for this one address and port.
func (p *distributorProcess) exception() string {
	host, port, _ := net.SplitHostPort(p.addr)
	return host + "/32:" + port
}

// stop closes the child's input, on which it ends, and kills it if it does not.
func (p *distributorProcess) stop() error {
	_ = p.stdin.Close()
	ended := make(chan struct{})
	go func() {
		_ = p.cmd.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(stopLimit):
		err := p.cmd.Process.Kill()
		<-ended
		return err
	}
}

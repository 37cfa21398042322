// Package idp runs a real OpenID provider as a process beside a test. The program is built from the Go module that is
// pinned in internal/tools/idp.
package idp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The application that it knows.
const (
	Client = "web"
	Secret = "secret"
)

// User is somebody who can sign in there.
type User struct {
	ID, Username, Password, FirstName, LastName, Email string
	EmailVerified                                      bool
}

// Provider is the process.
type Provider struct {
	Issuer string

	t           testing.TB
	back, users string
	cmd         *exec.Cmd
}

// Start brings one up that leads back to an address, with one user whose groups are told. Without Go or its modules the
// test is skipped, unless SEATLEDGER_TEST_REQUIRE is all.
func Start(t testing.TB, back string, u User, groups string) *Provider {
	t.Helper()
	text, err := json.Marshal(map[string]User{u.ID: u})
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{t: t, back: back, users: filepath.Join(t.TempDir(), "users.json")}
	if err := os.WriteFile(p.users, text, 0o600); err != nil {
		t.Fatal(err)
	}
	p.begin("127.0.0.1:0", groups)
	return p
}

// Again ends the process and starts another at the same address: with another signing key, and other groups.
func (p *Provider) Again(groups string) {
	p.t.Helper()
	p.Stop()
	p.begin(strings.TrimPrefix(p.Issuer, "http://"), groups)
}

// Stop ends the process: nobody answers there any more.
func (p *Provider) Stop() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

func (p *Provider) begin(addr, groups string) {
	p.t.Helper()
	program, err := built()
	if err != nil {
		if os.Getenv("SEATLEDGER_TEST_REQUIRE") == "all" {
			p.t.Fatal(err)
		}
		p.t.Skip(err)
	}
	p.cmd = exec.CommandContext(context.WithoutCancel(p.t.Context()), program)
	p.cmd.Env = append(os.Environ(), "IDP_ADDR="+addr, "IDP_BACK="+p.back, "IDP_USERS="+p.users, "IDP_GROUPS="+groups)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(p.Stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.t.Fatalf("the identity provider does not start: %v", err)
	}
	p.Issuer = strings.TrimSpace(line)
	for { // it listens already; whoever comes now waits until it serves
		c, err := (&net.Dialer{}).DialContext(p.t.Context(), "tcp", strings.TrimPrefix(p.Issuer, "http://"))
		if err == nil {
			_ = c.Close()
			return
		}
	}
}

// built is the program, made once for each version of its module in the user's cache folder.
var built = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	source := filepath.Join(root, "internal/tools/idp")
	version := ""
	for _, name := range []string{"go.mod", "main.go"} {
		info, err := os.Stat(filepath.Join(source, name))
		if err != nil {
			return "", err
		}
		version += fmt.Sprintf("-%d", info.ModTime().Unix())
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "seatledger", "idp")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	program := filepath.Join(dir, "idp"+version)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	return program, build(source, program)
})

func build(source, program string) error {
	const limit = 15 * time.Minute
	ctx, done := context.WithTimeout(context.Background(), limit)
	defer done()
	fresh := fmt.Sprintf("%s.%d", program, os.Getpid())
	c := exec.CommandContext(ctx, "go", "build", "-o", fresh, ".")
	c.Dir = source
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the identity provider for tests: %w: %s", err, out)
	}
	return os.Rename(fresh, program)
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if text, found := os.ReadFile(filepath.Join(dir, "go.mod")); found == nil &&
			strings.HasPrefix(string(text), "module seatledger\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
		dir = up
	}
	return "", err
}

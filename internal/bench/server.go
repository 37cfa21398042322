package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"seatledger/internal/app"
	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/listing"
	"seatledger/internal/obs"
	"seatledger/internal/secret"
	"seatledger/web/site"
)

const (
	email    = "admin@reseller.example"
	password = "a sentence for measuring"
	loopback = "127.0.0.1:0"
	greeting = "listening on "
)

// serve is the product in a process of its own: all of it but what it does by the clock, which would
// judge made-up records anew while they are measured.
func serve(ctx context.Context, profile string) error {
	cfg, err := config.Load(os.Getenv)
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return err
	}
	log := obs.NewLogger(os.Stderr, cfg.LogFormat, cfg.Level())
	a, err := app.StartOn(ctx, cfg, log, clock.System{})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	for _, k := range a.Keepers() { // what a filled database would have had done by the clock
		if err := k.AddUp(ctx, a.DB); err != nil {
			return err
		}
	}
	if err := listing.AddUpMarks(ctx, a.DB); err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer func() {
			pprof.StopCPUProfile()
			_ = f.Close()
		}()
	}
	base := "http://" + l.Addr().String()
	fmt.Fprintln(os.Stdout, greeting+base)
	return site.Serve(ctx, l, site.Handler(a, site.Options{BaseURL: base, Version: "bench"}), log)
}

// child is a process that this one started, and where it answers.
type child struct {
	cmd    *exec.Cmd
	base   string
	host   string // and port
	cookie string // that it gave of itself
}

// start runs this program again in another part, and waits until it answers.
func (b *bench) start(part, argument string, env ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, part, argument) //nolint:noctx // it is ended by stop
	cmd.Env = append(os.Environ(), env...)
	return b.startCommand(cmd, part)
}

// startCommand starts another process, and waits for the line that says where it answers.
func (b *bench) startCommand(cmd *exec.Cmd, part string) (*child, error) {
	log, err := os.Create(filepath.Join(b.dir, part+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c := &child{cmd: cmd}
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if cookie, ok := strings.CutPrefix(lines.Text(), "cookie "); ok {
			c.cookie = cookie
		}
		if base, ok := strings.CutPrefix(lines.Text(), greeting); ok {
			c.base, c.host = base, strings.TrimPrefix(base, "http://")
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return c, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not start; see %s", part, log.Name()), c.stop())
}

// stopGroup ends a process together with those that it made.
func (c *child) stopGroup() error {
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGTERM)
	_ = c.cmd.Wait() // of a signal
	return nil
}

func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(20 * time.Second):
		return errors.Join(c.cmd.Process.Kill(), <-ended)
	}
}

// memory is what the process holds, in megabytes: now, and at most.
func (c *child) memory() (now, most float64) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			most = kb / 1024
		}
	}
	return now, most
}

// product starts the real server on a database.
func (b *bench) product(database string) (*child, error) {
	key := filepath.Join(b.dir, "master.key")
	if _, err := os.Stat(key); err != nil {
		if _, err := secret.CreateFile(key); err != nil {
			return nil, err
		}
	}
	return b.start("serve", b.profile, config.Prefix+"DATABASE_URL="+b.cluster.URL("seatledger_app", database),
		config.Prefix+"MASTER_KEY_FILE="+key, config.Prefix+"ADMIN_EMAIL="+email,
		config.Prefix+"ADMIN_PASSWORD="+password, config.Prefix+"LOG_FORMAT=json")
}

// signIn goes through the sign-in page, and gives the cookie of the session.
func (c *child) signIn(ctx context.Context) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	browser := http.Client{Jar: jar, Timeout: 30 * time.Second}
	form := url.Values{"email": {email}, "password": {password}, "next": {"/settings"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := browser.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/settings" {
		return "", fmt.Errorf("signing in ended at %s: %s", resp.Request.URL, resp.Status)
	}
	home, err := url.Parse(c.base)
	if err != nil {
		return "", err
	}
	for _, k := range jar.Cookies(home) {
		return k.Name + "=" + k.Value, nil
	}
	return "", errors.New("signing in gave no cookie")
}

package site_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seatledger/internal/testkit/browser"
)

const screenshots = "SEATLEDGER_SCREENSHOTS"

// TestScreenshots takes the pictures of the README from the demo, into the folder
// that SEATLEDGER_SCREENSHOTS names, counted from the module's root.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return // nothing is left out by that: the pictures are for people
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir)
	}
	d := startDemo(t)
	tab := browser.Start(t).Tab(t)
	tab.Go(d.url + "/login")
	tab.Fill("email", d.email)
	tab.Fill("password", d.password)
	tab.Submit(`form button[type="submit"]`)
	tab.WaitFor(".app")
	for _, shot := range []struct {
		name, path, click string
		width             int64
		dark              bool
	}{
		{name: "dashboard", path: "/", width: 1440},
		{name: "dashboard-dark", path: "/", width: 1440, dark: true},
		{name: "mapping", path: "/accounts?state=unmapped", width: 1440},
		{name: "provider", path: "/providers", click: "tbody a", width: 1440},
		{name: "subscriptions", path: "/subscriptions?review=ok", width: 1440},
		{name: "subscription", path: "/subscriptions?review=ok", click: "tbody a", width: 1440},
		{name: "subscription-phone", path: "/subscriptions?review=ok", click: "tbody a", width: 390, dark: true},
	} {
		tab.Size(shot.width, 900)
		tab.Dark(shot.dark)
		path := shot.path
		if shot.click != "" {
			tab.Go(d.url + shot.path)
			path = browser.Eval[string](tab, `document.querySelector("`+shot.click+`").getAttribute("href")`)
		}
		tab.Go(d.url + path)
		// the navigation reaches down to the end
		tab.Size(shot.width, browser.Eval[int64](tab, `document.documentElement.scrollHeight`))
		tab.Screenshot(filepath.Join(dir, shot.name+".png"))
	}
}

type demoRun struct{ url, email, password string }

// startDemo runs the program as the README says, in a folder that goes with the test.
func startDemo(t *testing.T) demoRun {
	t.Helper()
	program := filepath.Join(t.TempDir(), "seatledger")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program,
		"seatledger/web").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	cmd := exec.CommandContext(ctx, program, "demo")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = append(os.Environ(), "SEATLEDGER_DATA_DIR="+t.TempDir(), "SEATLEDGER_ADDR=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	return readDemo(t, out)
}

// readDemo reads the report up to its last line, which comes when all is ready.
func readDemo(t *testing.T, out io.Reader) demoRun {
	t.Helper()
	var d demoRun
	for lines := bufio.NewScanner(out); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch key {
		case "Sign in":
			d.url = value
		case "Email":
			d.email = value
		case "Password":
			d.password = value
			return d
		}
	}
	t.Fatal("the demo ended before it was ready")
	return d
}

//go:build packages

package packaging_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestSystemdTakesTheUnit has systemd read it, and say how much it leaves open.
func TestSystemdTakesTheUnit(t *testing.T) {
	t.Parallel()
	tool := has(t, "systemd-analyze")
	program := t.TempDir() + "/seatledger"
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	unit := t.TempDir() + "/seatledger.service"
	text := strings.ReplaceAll(read(t, "seatledger.service"), "/usr/bin/seatledger", program)
	text = regexp.MustCompile(`(?m)^(Wants|After|User|Group)=.*$`).ReplaceAllString(text, "") // of the machine, not of ours
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "verify", "--man=no", unit).CombinedOutput(); err != nil ||
		strings.Contains(string(out), "seatledger.service:") {
		t.Errorf("%v\n%s", err, out)
	}
	text = read(t, "seatledger.service")
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// The figure is systemd's "exposure" in tenths: 10 is a service that may do everything.
	out, err := exec.Command(tool, "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestComposeReadsItsFile has docker-compose resolve it.
func TestComposeReadsItsFile(t *testing.T) {
	t.Parallel()
	tool := has(t, "docker-compose")
	cmd := exec.Command(tool, "-f", "compose/compose.yaml", "config")
	cmd.Env = append(os.Environ(), "SEATLEDGER_SITE=seats.reseller.example")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"https://seats.reseller.example", "read_only: true", "SEATLEDGER_DATABASE_URL_FILE",
		"condition: service_completed_successfully"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}

// has gives a program of the machine, without which there is nothing to prove.
func has(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(name + " is not installed")
	}
	return path
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// build makes the program without the verbs on sample data, and without anything of the machine it is made on: no C, no
// paths, no table of symbols.
func build(o options) error {
	out, err := filepath.Abs(o.out)
	if err != nil {
		return err
	}
	return command(o.root, []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + o.arch}, "go", "build", "-trimpath",
		"-tags", "production", "-ldflags", "-s -w -X seatledger/internal/app.version="+o.version, "-o", out, "./web")
}

func command(dir string, env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	return cmd.Run()
}

func said(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// committed is when the commit was made that is packed: the same commit gives the same bytes.
func committed(root string) (time.Time, error) {
	text, err := said(root, "git", "log", "-1", "--format=%cI")
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err
}

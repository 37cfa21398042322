//go:build !production

package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"seatledger/internal/config"
	"seatledger/internal/demo"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/obs"
)

// sample is the verbs that show the program on made-up data. A build with the tag production has none of them.
func sample(ctx context.Context, verb string, args []string, getenv func(string) string, out io.Writer) error {
	if verb == "demo" {
		return runDemo(ctx, args, getenv, out)
	}
	if getenv(demo.UntilStdinCloses) != "" {
		ctx = untilEOF(ctx, os.Stdin)
	}
	return sandbox.Run(ctx, args, out)
}

func runDemo(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	log := obs.NewLogger(os.Stderr, getenv(config.Prefix+"LOG_FORMAT"), slog.LevelWarn)
	d, err := demo.Prepare(ctx, args, getenv, log)
	if err != nil {
		return err
	}
	if err := d.MakeYear(ctx, out); err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(serve(ctx, d.Config, log, out, d.Walk), d.Close())
}

// untilEOF ends with the parent: a pipe closes also when who holds it was killed.
func untilEOF(ctx context.Context, r io.Reader) context.Context {
	ctx, end := context.WithCancel(ctx)
	go func() {
		defer end()
		_, _ = io.Copy(io.Discard, r)
	}()
	return ctx
}

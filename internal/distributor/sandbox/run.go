package sandbox

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"seatledger/internal/clock"
)

// DefaultAddr is where Run listens unless told otherwise.
const DefaultAddr = "127.0.0.1:8090"

// Run is the verb "sandbox": it serves until ctx is cancelled and prints
// "listening on http://host:port" once it can be reached.
func Run(ctx context.Context, args []string, out io.Writer) error {
	addr, o, err := parseFlags(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	s, err := New(o)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("sandbox: cannot listen on %s: %w", addr, err)
	}
	if _, err := fmt.Fprintf(out, "listening on http://%s\n", listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	return s.Serve(ctx, listener)
}

func parseFlags(args []string, out io.Writer) (addr string, o Options, err error) {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&addr, "addr", DefaultAddr, "address to listen on; may end in :0")
	flags.IntVar(&o.Data.Customers, "customers", 60, "number of customers")
	flags.IntVar(&o.Data.Subscriptions, "subscriptions", 400, "number of subscriptions over all customers together")
	flags.Uint64Var(&o.Data.Seed, "seed", 1, "the same seed makes the same data")
	flags.DurationVar(&o.Latency, "latency", 0, "wait before every answer, such as 50ms")
	file := flags.String("replay", "", "a capture to serve in place of made-up data")
	today := flags.String("today", "", "day the data are dated from, YYYY-MM-DD (default: today)")
	if err := flags.Parse(args); err != nil {
		return "", Options{}, err
	}
	if flags.NArg() > 0 {
		return "", Options{}, fmt.Errorf("sandbox: unknown argument %q", flags.Arg(0))
	}
	if o.Data.Today, err = clock.ParseDate(*today); err != nil {
		return "", Options{}, fmt.Errorf("sandbox: --today: %w", err)
	}
	if *file != "" {
		if o.Replay, err = os.ReadFile(*file); err != nil {
			return "", Options{}, fmt.Errorf("sandbox: --replay: %w", err)
		}
	}
	return addr, o, nil
}

// Serve answers on a listener until ctx is cancelled, then stops within seconds.
// Faults that keep a client waiting end at once.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      10 * time.Minute, // a slow drip is one of the faults
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-stopped; err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// Command gorun is the smallest app on the private PostgreSQL, for the test that kills `go run`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"seatledger/internal/postgres/embedded"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer cancel()
	gone := embedded.ParentGone(ctx)
	s, err := embedded.Start(ctx, embedded.Options{Dir: dir, NoSync: true})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	select {
	case <-gone:
		fmt.Println("parent gone")
	case <-ctx.Done():
		fmt.Println("asked to stop")
	}
	if err := s.Stop(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	fmt.Println("stopped")
	return nil
}

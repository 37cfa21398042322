package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/config"
	far "seatledger/internal/distributor"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/obs"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
)

// distributor is the sandbox with so many accounts and subscriptions, until nobody asks any more.
func distributor(ctx context.Context, args []string) error {
	accounts, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	subscriptions, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	latency, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	s, err := sandbox.New(sandbox.Options{Latency: latency,
		Data: sandbox.DataOptions{Customers: accounts, Subscriptions: subscriptions, Seed: 11}})
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Println("http://" + l.Addr().String())
	bufio.NewScanner(os.Stdin).Scan()
	if err := errors.Join(server.Close(), <-ended); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

var ann = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Ann Example"}

// product is all of the product, its clockwork too. For each line that names a kind it works a run of that kind, and
// says how it ended, with how many calls, and in how many milliseconds.
func product(ctx context.Context, args []string) (err error) {
	cfg, err := config.Load(os.Getenv)
	if err != nil {
		return err
	}
	a, err := app.Start(ctx, cfg, obs.NewLogger(os.Stderr, cfg.LogFormat, cfg.Level()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	id, err := connected(ctx, a, args[0], args[1])
	if err != nil {
		return err
	}
	if args[2] != "" {
		f, err := os.Create(args[2])
		if err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); err = errors.Join(err, f.Close()) }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		r, err := worked(ctx, a, id, syncing.Kind(lines.Text()))
		if err != nil {
			return err
		}
		var calls int
		if err := a.DB.Read(ctx).Raw(`SELECT calls FROM sync_runs WHERE id = ?`, r.ID).Row().Scan(&calls); err != nil {
			return err
		}
		var writing float64 // from the end of reading to the end of the run
		if err := a.DB.Read(ctx).Raw(`SELECT coalesce(extract(epoch FROM max(r.finished_at - p.read_through)), 0)
			FROM sync_plans p JOIN sync_runs r ON r.id = p.run_id WHERE r.id = ?`, r.ID).Row().
			Scan(&writing); err != nil {
			return err
		}
		fmt.Println(r.State, calls, r.FinishedAt.Sub(*r.StartedAt).Milliseconds(), int64(writing*1000))
	}
	return nil
}

func connected(ctx context.Context, a *app.App, url, concurrency string) (uuid.UUID, error) {
	p, err := a.Providers.Create(ctx, ann, provider.Input{Name: "Sandbox", ComprehensiveAPI: true, URL: url,
		TokenURL: url + "/oauth2/v1/token", ApplicationID: "sandbox-app", ApplicationSecret: "sandbox-secret",
		ResellerNumber: sandbox.DefaultReseller, Currency: "USD", Concurrency: concurrency})
	if err != nil {
		return uuid.Nil, err
	}
	check, err := a.Providers.Verify(ctx, ann, p.ID)
	for _, l := range check.Layers {
		if l.Result == far.Failed {
			err = errors.Join(err, errors.New(l.Message))
		}
	}
	return p.ID, err
}

func worked(ctx context.Context, a *app.App, id uuid.UUID, kind syncing.Kind) (syncing.Run, error) {
	r, _, err := a.Sync.Request(ctx, ann, syncing.Request{ProviderID: id, Kind: kind, Trigger: syncing.ByPerson})
	if err != nil {
		return r, err
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for !r.State.Finished() {
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-look.C:
		}
		if r, err = syncing.Get(ctx, a.DB.Read(ctx), r.ID); err != nil {
			return r, err
		}
	}
	if r.State != syncing.Succeeded {
		return r, errors.New(string(r.State) + ": " + r.Message)
	}
	return r, nil
}

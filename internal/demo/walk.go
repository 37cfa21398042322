package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/app"
	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/provider"
	"seatledger/internal/syncing"
)

const providerName = "TD SYNNEX (sandbox)"

// Walk goes the whole path on an empty folder, and on a folder that has it already
// only tells what is there. It ends with where to sign in and as whom.
func (d *Demo) Walk(ctx context.Context, a *app.App, base string, out io.Writer) error {
	me, err := auth.ByEmail(ctx, a.DB.Read(ctx), adminEmail)
	if err != nil {
		return err
	}
	var there int
	if err := a.DB.Read(ctx).Raw(`SELECT count(*) FROM providers`).Scan(&there).Error; err != nil {
		return err
	}
	if there == 0 && !d.cutover {
		if err := d.firstWalk(ctx, a, me.Actor(), out); err != nil {
			return err
		}
	}
	if there > 0 && d.keep.Planted != "" {
		if err := d.err(ctx); err != nil {
			return err
		}
	}
	told := report
	if d.cutover {
		told = d.reportYear
	}
	if err := told(ctx, a, base, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "Ready after %.1f s, in %s\n\n", d.clock.Now().Sub(d.began).Seconds(), d.folder)
	_, err = fmt.Fprintf(out, "Sign in: %s\nEmail: %s\nPassword: %s\n", base, adminEmail, d.keep.Password)
	return err
}

func (d *Demo) firstWalk(ctx context.Context, a *app.App, me audit.Actor, out io.Writer) error {
	data := sandbox.NewData(d.data())
	if err := seedSeller(ctx, a, me); err != nil {
		return err
	}
	list, items, err := seedPrices(ctx, a, me, data.Products())
	if err != nil {
		return err
	}
	known, err := seedCustomers(ctx, a, me, data.Companies())
	if err != nil {
		return err
	}
	contracts, err := seedContracts(ctx, a, me, known, list)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Seeded %d CRM accounts, %d contracts, %d prices\n", len(known), len(contracts), items)
	id, err := connect(ctx, a, me, d.comprehensive(providerName))
	if err != nil {
		return err
	}
	for _, kind := range []syncing.Kind{syncing.Accounts, syncing.Subscriptions} {
		r, err := syncNow(ctx, a, me, id, kind)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Synced %s: %s, %d new, %d held, %d failed. %s\n", kind, r.State, r.Added, r.Held, r.Failed,
			r.Message)
	}
	p := &past{Demo: d, app: a, me: me, provider: id, contracts: contracts}
	if err := p.live(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "Billed %d months, and compared the distributor's bills of them\n", monthsBilled)
	return nil
}

// comprehensive is the form of a provider of the comprehensive API.
func (d *Demo) comprehensive(name string) provider.Input {
	return provider.Input{
		Name: name, ComprehensiveAPI: true, UserName: "integration@reseller.example", Password: "sandbox-password",
		URL: d.far.url(), TokenURL: d.far.url() + "/oauth2/v1/token", ApplicationID: "sandbox-app",
		ApplicationSecret: "sandbox-secret",
		ResellerNumber:    sandbox.DefaultReseller, Currency: "USD",
	}
}

// connect makes the provider and verifies it.
func connect(ctx context.Context, a *app.App, me audit.Actor, in provider.Input) (uuid.UUID, error) {
	p, err := a.Providers.Create(ctx, me, in)
	if err != nil {
		return uuid.Nil, fmt.Errorf("provider %s: %w", in.Name, err)
	}
	check, err := a.Providers.Verify(ctx, me, p.ID)
	if err != nil {
		return uuid.Nil, err
	}
	for _, l := range check.Layers {
		if l.Result == distributor.Failed {
			return uuid.Nil, fmt.Errorf("verify %s: %s %s", in.Name, l.Message, l.Advice)
		}
	}
	return p.ID, nil
}

const lookEvery = 50 * time.Millisecond

// syncNow asks for a run and waits for its end.
func syncNow(ctx context.Context, a *app.App, me audit.Actor, id uuid.UUID, kind syncing.Kind) (syncing.Run, error) {
	r, _, err := a.Sync.Request(ctx, me, syncing.Request{ProviderID: id, Kind: kind, Trigger: syncing.ByPerson})
	if err != nil {
		return r, err
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for !r.State.Finished() {
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-tick.C:
		}
		if r, err = syncing.Get(ctx, a.DB.Read(ctx), r.ID); err != nil {
			return r, err
		}
	}
	return r, nil
}

// report counts what stands and what waits for a person.
func report(ctx context.Context, a *app.App, _ string, out io.Writer) error {
	var n struct{ Mapped, Unmapped, Subscriptions, Held, Fail, Warn, OK, Signed int }
	err := a.DB.Read(ctx).Raw(`SELECT
		(SELECT count(*) FROM provider_accounts WHERE state = 'mapped') AS mapped,
		(SELECT count(*) FROM provider_accounts WHERE state = 'unmapped') AS unmapped,
		(SELECT count(*) FROM subscriptions) AS subscriptions,
		(SELECT count(*) FROM subscriptions WHERE state = 'held') AS held,
		(SELECT count(*) FROM subscriptions WHERE review = 'fail') AS fail,
		(SELECT count(*) FROM subscriptions WHERE review = 'warn') AS warn,
		(SELECT count(*) FROM subscriptions WHERE review = 'ok') AS ok,
		(SELECT count(*) FROM subscriptions WHERE review = 'signed') AS signed`).Scan(&n).Error
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d accounts mapped, %d wait to be mapped\n%d subscriptions: "+
		"%d held until their account is mapped; review: %d ok, %d with a warning, %d failing, %d signed\n",
		n.Mapped, n.Unmapped, n.Subscriptions, n.Held, n.OK, n.Warn, n.Fail, n.Signed)
	return err
}

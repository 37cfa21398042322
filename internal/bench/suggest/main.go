// Command suggest measures what the suggestions of the mapping page cost beside `seatledger match` on the same
// rows, by
// processor time, in turn in the same run: reading both sides from the database, comparing, the evidence of up to
// nine
// candidates an account, and storing them, with all that PostgreSQL does for it. With -verb it measures the verb
// alone
// at several sizes, in a process each: processor time beside that of the first size, and memory. No test runs it.
package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/bench/ground"
	"seatledger/internal/clock"
	"seatledger/internal/crm"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
	"seatledger/internal/review"
)

// wanted is how often the verb's cost suggestions may have.
const wanted = 1.5

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == asVerb {
		if err := measured(ctx, os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "suggest:", err)
			os.Exit(1)
		}
		return
	}
	b := bench{}
	flag.StringVar(&b.sizes, "verb", "", "instead, rows of either side of the verb alone, commas between them")
	flag.IntVar(&b.accounts, "accounts", 3000, "accounts that wait")
	flag.IntVar(&b.customers, "crm", 10000, "CRM accounts")
	flag.IntVar(&b.rounds, "rounds", 3, "measurements, in turn")
	flag.StringVar(&b.profile, "profile", "", "file for a processor profile of the suggestions of the last round")
	flag.Parse()
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "suggest:", err)
		os.Exit(1)
	}
}

type bench struct {
	accounts, customers, rounds int
	sizes, profile, dir         string
	ground                      *ground.Ground
	provider                    uuid.UUID
}

const database = "suggest"

func (b *bench) run(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp("", "suggest-*"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if b.sizes != "" {
		return b.verbs(ctx)
	}
	if b.ground, err = ground.Start(ctx, b.dir, nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.ground.Stop(ctx)) }()
	if err := errors.Join(b.ground.Fresh(ctx, database), b.fill(ctx)); err != nil {
		return err
	}
	var ratios []float64
	for n := range b.rounds {
		verb, err := b.verb(ctx)
		if err != nil {
			return err
		}
		ours, server, err := b.page(ctx)
		if err != nil {
			return err
		}
		ratio := (ours + server).Seconds() / verb.Seconds()
		ratios = append(ratios, ratio)
		fmt.Printf("round %d: %d accounts beside %d CRM accounts: suggestions %.2f s and PostgreSQL %.2f s of processor "+
			"time, the verb %.2f s: %.2f of its cost\n", n+1, b.accounts, b.customers, ours.Seconds(),
			server.Seconds(),
			verb.Seconds(), ratio)
	}
	slices.Sort(ratios)
	fmt.Printf("median %.2f of the verb's cost (wanted at most %.1f)\n", ratios[len(ratios)/2], wanted)
	return nil
}

func (b *bench) verb(ctx context.Context) (time.Duration, error) {
	runtime.GC()
	before := ground.Own()
	err := match.Run(ctx, []string{"--accounts", filepath.Join(b.dir, "accounts.csv"), "--crm",
		filepath.Join(b.dir, "crm.csv"), "--out", filepath.Join(b.dir, "pairs.csv")}, io.Discard, io.Discard)
	return ground.Own() - before, err
}

func (b *bench) page(ctx context.Context) (ours, server time.Duration, err error) {
	db, err := b.ground.Open(ctx, database)
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	if err := db.Read(ctx).Exec(`DELETE FROM mapping_suggestions`).Error; err != nil {
		return 0, 0, err
	}
	clk := clock.System{}
	s := &mapping.Service{DB: db, Clock: clk, Zone: time.UTC, Reviews: review.Reviewer{Clock: clk, Zone: time.UTC},
		CRM: crm.Service{DB: db, Clock: clk}, Log: slog.New(slog.DiscardHandler), Holder: "bench",
		Enqueue: func(context.Context, *gorm.DB, mapping.Job, time.Duration) error { return nil }}
	runtime.GC()
	stop, err := b.profiled()
	if err != nil {
		return 0, 0, err
	}
	defer stop()
	before, there := ground.Own(), b.ground.Taken()
	_, err = s.Refresh(ctx, b.provider)
	return ground.Own() - before, b.ground.Taken() - there, err
}

func (b *bench) profiled() (stop func(), err error) {
	if b.profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(b.profile)
	if err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, pprof.StartCPUProfile(f)
}

// fill makes the same rows as files and in the database: companies of the sandbox, as a distributor and as a CRM know
// them.
func (b *bench) fill(ctx context.Context) error {
	accounts, crmAccounts := b.rows()
	return errors.Join(b.write("accounts.csv", accounts), b.write("crm.csv", crmAccounts),
		b.insert(ctx, accounts, crmAccounts))
}

func (b *bench) rows() (accounts, crmAccounts [][]string) {
	companies := sandbox.NewData(sandbox.DataOptions{Customers: b.customers, Seed: 11}).Companies()
	for i, c := range companies {
		if i < b.accounts {
			accounts = append(accounts, row(c.CustomerNo, c.StellrName, c.StellrDomain, c.StellrTenant, c))
		}
		name, domain, tenant := c.Name, c.Domain, c.TenantID
		switch i % 4 { // as people keep a CRM
		case 1:
			tenant = ""
		case 2:
			domain, tenant = "", ""
		case 3:
			name, tenant = strings.ToUpper(c.Name), ""
		}
		crmAccounts = append(crmAccounts, row(fmt.Sprintf("C-%05d", i), name, domain, tenant, c))
	}
	return accounts, crmAccounts
}

var columns = []string{"external_id", "name", "domain", "tenant_id", "street", "city", "state", "postal_code",
	"country",
	"phone"}

func row(id, name, domain, tenant string, c sandbox.Company) []string {
	return []string{id, name, domain, tenant, c.Street, c.City, c.State, c.PostalCode, c.Country, c.Phone}
}

func (b *bench) write(name string, rows [][]string) error {
	f, err := os.Create(filepath.Join(b.dir, name))
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	_ = w.Write(columns)
	return errors.Join(w.WriteAll(rows), f.Close())
}

func (b *bench) insert(ctx context.Context, accounts, crmAccounts [][]string) error {
	db, err := b.ground.Super(ctx, database)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	b.provider = uuid.New()
	now := time.Now()
	if _, err := db.Exec(ctx, `INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": false}', now(), 'Ann Example')`); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, `INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number,
		currency, active, credentials_at, created_at, updated_at)
		VALUES ($1, 'North', 'stellr', true, 'north', '1', 'USD', true, now(), now(), now())`,
		b.provider); err != nil {
		return err
	}
	if _, err := db.CopyFrom(ctx, pgx.Identifier{"provider_accounts"}, append([]string{"id", "provider_id",
		"provider_status", "state", "first_seen_at", "updated_at"}, regionColumns()...),
		pgx.CopyFromSlice(len(accounts), func(i int) ([]any, error) {
			return append([]any{uuid.New(), b.provider, "active", "unmapped", now, now}, anys(accounts[i])...), nil
		})); err != nil {
		return err
	}
	_, err = db.CopyFrom(ctx, pgx.Identifier{"crm_accounts"}, append([]string{"id", "source", "created_at",
		"updated_at"}, columns...), pgx.CopyFromSlice(len(crmAccounts), func(i int) ([]any, error) {
		return append([]any{uuid.New(), "person", now, now}, anys(crmAccounts[i])...), nil
	}))
	if err == nil {
		_, err = db.Exec(ctx, "ANALYZE")
	}
	return err
}

// regionColumns are the columns as a provider's account has them, whose state is another thing.
func regionColumns() []string {
	out := slices.Clone(columns)
	out[slices.Index(out, "state")] = "state_region"
	return out
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

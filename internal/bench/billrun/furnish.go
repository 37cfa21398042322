package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/ledger"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
)

// furnish makes the template: one customer through the rooms, and the others as copies of its rows.
func (b *bench) furnish(ctx context.Context) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + work, "DROP DATABASE IF EXISTS " + template,
		"CREATE DATABASE " + template + " TEMPLATE template0 OWNER " + embedded.OwnerRole} {
		if _, err := b.super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	super, err := b.connect(ctx, template)
	if err != nil {
		return err
	}
	defer super.Close(ctx)
	if _, err := super.Exec(ctx, fmt.Sprintf("ALTER SCHEMA public OWNER TO %s; "+
		"REVOKE ALL ON SCHEMA public FROM public; GRANT USAGE ON SCHEMA public TO %s",
		embedded.OwnerRole, embedded.AppRole)); err != nil {
		return err
	}
	cfg, err := b.server.PoolConfig(embedded.OwnerRole, template)
	if err != nil {
		return err
	}
	owner, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	err = postgres.Migrate(ctx, owner)
	owner.Close()
	if err != nil {
		return err
	}
	if err := b.first(ctx); err != nil {
		return err
	}
	return b.copies(ctx, super)
}

// first makes one customer with a contract and licences that are priced and signed off.
func (b *bench) first(ctx context.Context) error {
	cfg, err := b.server.PoolConfig(embedded.AppRole, template)
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.InTx(ctx, func(tx *gorm.DB) error {
		customer, contract, now := uuid.New(), uuid.New(), day.AddDate(0, -1, 0)
		p := subscription.Provider{ID: uuid.New(), Connector: distributor.Manual, Currency: "USD"}
		a := subscription.Account{ID: uuid.New(), ExternalID: "A", State: account.Mapped,
			CRMAccountID: uuid.NullUUID{UUID: customer, Valid: true}}
		for _, s := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
				VALUES (?, 'Contoso', 'person', ?, ?)`,
				[]any{customer, now, now}},
			{`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
				start_date, bill_from, refunds, payment_terms, is_default, active, created_at, updated_at)
				VALUES (?, ?, 'Licences', 'USD', 'monthly', 'advance', 1, '2026-01-01', '2026-02-01', 'no', '30 days',
				true, true, ?, ?)`, []any{contract, customer, now, now}},
			{`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
				credentials_at, created_at, updated_at)
				VALUES (?, 'By hand', 'manual', false, '', '', 'USD', true, ?, ?, ?)`,
				[]any{p.ID, now, now, now}},
			{`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
				first_seen_at, updated_at) VALUES (?, ?, 'A', 'Contoso', 'active', 'mapped', ?, ?, ?)`,
				[]any{a.ID, p.ID, customer, now, now}},
		} {
			if err := tx.Exec(s.sql, s.args...).Error; err != nil {
				return err
			}
		}
		return b.licences(ctx, tx, p, a, now)
	})
}

func (b *bench) licences(ctx context.Context, tx *gorm.DB, p subscription.Provider, a subscription.Account,
	now time.Time) error {
	var records []distributor.Subscription
	for i := range b.lines {
		records = append(records, distributor.Subscription{ExternalID: fmt.Sprint("S", i), AccountExternalID: "A",
			Vendor: "Microsoft", Kind: distributor.Licence, ProductName: fmt.Sprint("Product ", i),
			PartNumber: fmt.Sprint("PN-", i), Quantity: i + 3, UnitCost: decimal.NewNullDecimal(decimal.NewFromInt(10)),
			CostPeriod: money.Month, Currency: "USD", Frequency: distributor.Monthly, Term: distributor.Annual,
			Start: clock.DateOf(now, time.UTC), Status: distributor.StatusActive, StatusText: "active"})
	}
	res, err := subscription.SyncAccount(ctx, tx, subscription.Listing{Provider: p, Account: a, Records: records,
		Zone: time.UTC, Origin: ledger.Origin{Source: ledger.FromSync, By: audit.System, At: now}})
	if err != nil {
		return err
	}
	judge := review.Reviewer{Clock: clock.NewFake(now), Zone: time.UTC}
	for _, id := range res.Touched {
		_, err := subscription.SetPrice(ctx, tx, subscription.Act{ID: id, Zone: time.UTC,
			Origin: ledger.Origin{Source: ledger.FromPerson, By: ann, At: now}},
			subscription.Price{UnitPrice: decimal.NewNullDecimal(decimal.RequireFromString("12.37")),
				Period: money.Month,
				Later:  subscription.KeepLater, Gap: true})
		if err != nil {
			return err
		}
	}
	if err := judge.Refresh(ctx, tx, res.Touched); err != nil {
		return err
	}
	out, err := judge.Sign(ctx, tx, ann, review.SignOff{IDs: res.Touched})
	if err == nil && out.Signed != b.lines {
		err = fmt.Errorf("signed %d of %d: %+v", out.Signed, b.lines, out.Refused)
	}
	return err
}

// shared are the columns whose rows all copies share.
const shared = "'provider_id', 'product_id', 'actor_id', 'signed_by_id', 'recorded_by_id'"

// copies writes the rows of the first customer again and again, under other ids.
func (b *bench) copies(ctx context.Context, db *pgx.Conn) error {
	if _, err := db.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		return err
	}
	tables := []string{"crm_accounts", "billing_contracts", "provider_accounts", "subscriptions", "license_changes",
		"license_change_status", "contract_stays", "subscription_reviews", "sign_offs"}
	for _, table := range tables {
		rows, err := db.Query(ctx, `SELECT column_name, CASE
				WHEN data_type = 'uuid' AND column_name NOT IN (`+shared+
			`) THEN 'md5(r.' || column_name || '::text || n)::uuid'
				WHEN column_name IN ('external_id', 'name') THEN 'r.' || column_name || ' || ''-'' || n'
				ELSE 'r.' || quote_ident(column_name) END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'
			AND identity_generation IS NULL`, table)
		if err != nil {
			return err
		}
		var names, values []string
		var name, value string
		if _, err := pgx.ForEachRow(rows, []any{&name, &value}, func() error {
			names, values = append(names, `"`+name+`"`), append(values, value)
			return nil
		}); err != nil {
			return err
		}
		sql := fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM (SELECT * FROM %s) r, generate_series(2, %d) n`, table,
			strings.Join(names, ", "), strings.Join(values, ", "), table, b.contracts)
		if table == "license_changes" {
			sql += ` ORDER BY n, r.seq`
		}
		if _, err := db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("copies of %s: %w", table, err)
		}
	}
	// Tables that were never filled stay as they are where nothing was billed yet: to one that was found empty the
	// server would hold for a minute.
	_, err := db.Exec(ctx, `VACUUM ANALYZE `+strings.Join(tables, ", "))
	return err
}

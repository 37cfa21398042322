package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"seatledger/internal/crmsource"
	"seatledger/internal/invoice"
	"seatledger/internal/mail"
	"seatledger/internal/obs"
	"seatledger/internal/syncing"
)

// gauges are figures that stand in the database: they are read when they are asked for,
// so that they are right after a restart and the same on every replica.
type gauges struct {
	a       *App
	success *prometheus.Desc
	queue   *prometheus.Desc
	lease   *prometheus.Desc
	inUse   *prometheus.Desc
	most    *prometheus.Desc
	up      *prometheus.Desc
	outbox  *prometheus.Desc
	bills   *prometheus.Desc
	backup  *prometheus.Desc
}

const scrapeLimit = 5 * time.Second

func newGauges(a *App) *gauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(obs.Prefix+name, help, labels, nil)
	}
	return &gauges{a: a,
		success: desc("last_success_timestamp",
			"When a provider or CRM source was last read whole and well, in seconds "+
				"since 1970; 0: never.", "provider", "kind"),
		queue: desc("queue_length", "Jobs that are due and wait for a worker."),
		lease: desc("lease_age_seconds", "How long ago the holder of a running sync last gave a sign of life.",
			"provider"),
		inUse: desc("pool_in_use", "Connections to the database in use by this process."),
		most:  desc("pool_size", "Connections to the database that this process may have."),
		outbox: desc("outbox", "Mails by state: queued, sending, unknown (perhaps sent), refused and not sent again.",
			"state"),
		bills: desc("invoices", "Invoices by state, as lists count them.", "state"),
		backup: desc("last_backup_timestamp",
			"When the last good backup by Seatledger was made, in seconds since 1970; "+
				"0: never."),
		up: desc("database_up", "Whether the database answered this scrape."),
	}
}

// Collectors are the figures of this process and of the database, for a registry.
func (a *App) Collectors() []prometheus.Collector {
	return append(append(a.Meter.Collectors(), a.DB.Collectors()...), newGauges(a))
}

// Describe tells which figures there are.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.success, g.queue, g.lease, g.inUse, g.most, g.up, g.outbox, g.bills,
		g.backup} {
		to <- d
	}
}

// Collect reads them. What the database does not give in time is left out, and says so by database_up.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	give := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	pool := g.a.DB.Pool().Stat()
	give(g.inUse, float64(pool.AcquiredConns()))
	give(g.most, float64(pool.MaxConns()))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.a.lifetime), scrapeLimit)
	defer cancel()
	if err := g.read(ctx, give); err != nil {
		g.a.Log.WarnContext(ctx, "figures could not be read for a scrape", "error", err)
		give(g.up, 0)
		return
	}
	give(g.up, 1)
}

func (g *gauges) read(ctx context.Context, give func(*prometheus.Desc, float64, ...string)) error {
	db := g.a.DB.Read(ctx)
	for _, of := range []func() ([]obs.Success, error){
		func() ([]obs.Success, error) { return syncing.LastSuccesses(ctx, db) },
		func() ([]obs.Success, error) { return crmsource.LastSuccesses(ctx, db) },
	} {
		all, err := of()
		if err != nil {
			return err
		}
		for _, s := range all {
			give(g.success, s.Seconds(), s.Provider, s.Kind)
		}
	}
	due, err := g.a.queue.Due(ctx, g.a.DB)
	if err != nil {
		return err
	}
	give(g.queue, float64(due))
	ages, err := g.a.Sync.LeaseAges(ctx)
	if err != nil {
		return err
	}
	for name, age := range ages {
		give(g.lease, age.Seconds(), name)
	}
	for _, of := range []struct {
		desc *prometheus.Desc
		read func(context.Context, *gorm.DB) (map[string]int64, error)
	}{{g.outbox, mail.Outbox}, {g.bills, invoice.CountByState}} {
		counts, err := of.read(ctx, db)
		if err != nil {
			return err
		}
		for state, n := range counts {
			give(of.desc, float64(n), state)
		}
	}
	last, err := g.a.Backups.Look(ctx, db)
	if err == nil {
		give(g.backup, obs.Success{At: ever(last.MadeAt)}.Seconds())
	}
	return err
}

// ever is a moment, or nil for none.
func ever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"seatledger/internal/clock"
	"seatledger/internal/obs"
)

// meter counts what is asked of the database and how long it takes. It sees no text and no value.
type meter struct{ took *prometheus.HistogramVec }

func newMeter() *meter {
	return &meter{prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: obs.Prefix + "statement_seconds",
		Help:    "Statements to the database, by how they ended: ok, failed.",
		Buckets: []float64{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30}}, []string{"outcome"})}
}

type begunKey struct{}

// TraceQueryStart notes when a statement begins.
func (s *meter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, begunKey{}, clock.System{}.Now())
}

// TraceQueryEnd counts it.
func (s *meter) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	begun, ok := ctx.Value(begunKey{}).(time.Time)
	if !ok {
		return
	}
	outcome := "ok"
	if data.Err != nil {
		outcome = "failed"
	}
	s.took.WithLabelValues(outcome).Observe(clock.System{}.Now().Sub(begun).Seconds())
}

// Collectors are the figures of this way to the database, for a registry.
func (db *DB) Collectors() []prometheus.Collector {
	if db.meter == nil {
		return nil
	}
	return []prometheus.Collector{db.meter.took}
}

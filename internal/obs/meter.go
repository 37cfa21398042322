package obs

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Prefix begins the name of each figure of ours.
const Prefix = "seatledger_"

// Meter counts what happens in this process. A nil Meter counts nothing.
type Meter struct {
	runs  *prometheus.CounterVec
	calls *prometheus.CounterVec
	jobs  *prometheus.CounterVec
	seats prometheus.Counter
	stops prometheus.Counter
	hooks *prometheus.CounterVec
}

// NewMeter makes a meter that stands at nothing.
func NewMeter() *Meter {
	return &Meter{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + "runs_total",
			Help: "Runs that ended, by state: provider syncs, readings of CRM sources, mapping batches."},
			[]string{"state"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + "distributor_calls_total",
			Help: "Calls to distributors, by the status of the answer; no_answer where none came."},
			[]string{"status"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + "jobs_total",
			Help: "Jobs of the queue that were worked, by kind and how they ended: done, failed, waits."},
			[]string{"kind", "outcome"}),
		seats: prometheus.NewCounter(prometheus.CounterOpts{Name: Prefix + "seats_changed_total",
			Help: "Seats lost and gained by provider syncs."}),
		stops: prometheus.NewCounter(prometheus.CounterOpts{Name: Prefix + "guard_stops_total",
			Help: "Runs that the guard stopped before they were believed."}),
		hooks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + "webhook_tries_total",
			Help: "Tries to deliver a message to a webhook, by outcome: delivered, failed, gone, stopped."},
			[]string{"outcome"}),
	}
}

// Collectors are what a registry wants of it.
func (m *Meter) Collectors() []prometheus.Collector {
	return []prometheus.Collector{m.runs, m.calls, m.jobs, m.seats, m.stops, m.hooks}
}

// Run counts a run that ended; stopped, by the guard.
func (m *Meter) Run(state string, stopped bool) {
	if m == nil {
		return
	}
	m.runs.WithLabelValues(state).Inc()
	if stopped {
		m.stops.Inc()
	}
}

// Job counts a job that was worked.
func (m *Meter) Job(kind, outcome string) {
	if m != nil {
		m.jobs.WithLabelValues(kind, outcome).Inc()
	}
}

// Seats counts seats that a run changed.
func (m *Meter) Seats(n int) {
	if m != nil {
		m.seats.Add(float64(n))
	}
}

// Delivery counts a try to deliver to a webhook.
func (m *Meter) Delivery(outcome string) {
	if m != nil {
		m.hooks.WithLabelValues(outcome).Inc()
	}
}

// Call counts a call to a distributor, also for the run that its context works for.
func (m *Meter) Call(ctx context.Context, status string) {
	if n, _ := ctx.Value(callsKey).(*atomic.Int64); n != nil {
		n.Add(1)
	}
	if m != nil {
		m.calls.WithLabelValues(status).Inc()
	}
}

// WithCalls has the calls that are made under a context counted.
func WithCalls(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, callsKey, n), n
}

// Success is when something was last read whole and well.
type Success struct {
	Provider string
	Kind     string
	At       *time.Time // nil: never
}

// Seconds is the moment since 1970; 0 for never.
func (s Success) Seconds() float64 {
	if s.At == nil {
		return 0
	}
	return float64(s.At.UnixMilli()) / 1000
}

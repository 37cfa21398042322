package site

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"seatledger/internal/clock"
)

// Metrics counts requests by route, never by address: an id in a label would be a
// label for every record. They are served on an address of their own.
type Metrics struct {
	registry *prometheus.Registry
	took     *prometheus.HistogramVec
}

// NewMetrics makes a registry with the process's own figures and those given.
func NewMetrics(more ...prometheus.Collector) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "seatledger_http_request_seconds", Help: "Requests by method, route and status.",
		Buckets: []float64{0.005, 0.02, 0.1, 0.5, 2, 10, 30},
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(m.took, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(more...)
	return m
}

// OfRequests are the figures that the pages register themselves.
func (m *Metrics) OfRequests() []prometheus.Collector { return []prometheus.Collector{m.took} }

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *Metrics) measure(clk clock.Clock) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		if m == nil {
			return next
		}
		return func(c echo.Context) error {
			began := clk.Now()
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			m.took.WithLabelValues(c.Request().Method, c.Path(),
				strconv.Itoa(c.Response().Status)).Observe(clk.Now().Sub(began).Seconds())
			return nil
		}
	}
}

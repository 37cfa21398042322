package site_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

// TestTheExampleAlertsAndTheHandbookNameFiguresThatExist holds docs against what the program registers.
func TestTheExampleAlertsAndTheHandbookNameFiguresThatExist(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	described := describe(s.App.Collectors())
	described["seatledger_http_request_seconds"] = httpFigure(t, site.NewMetrics(s.App.Collectors()...))
	alerts := read(t, "../../docs/alerts.yml")
	board := read(t, "../../docs/grafana/seatledger.json")
	if !json.Valid([]byte(board)) {
		t.Error("the dashboard cannot be imported: it is no JSON")
	}
	alerts += strings.ReplaceAll(board, `\"`, `"`)
	named := regexp.MustCompile(`(seatledger_\w+)(?:\{(\w+)=)?`).FindAllStringSubmatch(alerts, -1)
	if len(named) < 9 {
		t.Fatalf("only %d figures are named", len(named))
	}
	for _, m := range named {
		name := m[1]
		for _, part := range []string{"_count", "_sum", "_bucket"} { // of a histogram
			name = strings.TrimSuffix(name, part)
		}
		of, known := described[name]
		if !known {
			t.Errorf("the alerts name %s, which is not registered", m[1])
		}
		if m[2] != "" && !strings.Contains(of, m[2]) {
			t.Errorf("the alerts ask %s for %s; it has %s", m[1], m[2], of)
		}
	}
	handbook := read(t, "../../docs/operations.md")
	for name := range described {
		if name != "seatledger_http_request_seconds" && !strings.Contains(handbook, "`"+strings.TrimPrefix(name, "seatledger_")) {
			t.Errorf("the handbook does not name %s", name)
		}
	}
}

// describe gives the labels of each figure by its name.
func describe(all []prometheus.Collector) map[string]string {
	out := map[string]string{}
	desc := regexp.MustCompile(`fqName: "(\w+)".*variableLabels: \{(.*)\}`)
	for _, c := range all {
		ch := make(chan *prometheus.Desc)
		go func() { defer close(ch); c.Describe(ch) }()
		for d := range ch {
			if m := desc.FindStringSubmatch(d.String()); m != nil {
				out[m[1]] = m[2]
			}
		}
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// httpFigure gives the labels of what is counted of requests, which the pages register themselves.
func httpFigure(t *testing.T, m *site.Metrics) string {
	t.Helper()
	labels := describe(m.OfRequests())
	if labels["seatledger_http_request_seconds"] == "" {
		t.Error("requests are not counted")
	}
	return labels["seatledger_http_request_seconds"]
}

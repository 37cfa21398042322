package site_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"seatledger/internal/testkit/webtest"
)

// TestTheExampleAlertsAndTheHandbookNameFiguresThatExist holds docs against what the program registers.
func TestTheExampleAlertsAndTheHandbookNameFiguresThatExist(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	described := describe(s.App.Collectors())
	alerts := read(t, "../../docs/alerts.yml")
	named := regexp.MustCompile(`(seatledger_\w+)(?:\{(\w+)=)?`).FindAllStringSubmatch(alerts, -1)
	if len(named) < 9 {
		t.Fatalf("only %d figures are named", len(named))
	}
	for _, m := range named {
		of, known := described[m[1]]
		if !known {
			t.Errorf("the alerts name %s, which is not registered", m[1])
		}
		if m[2] != "" && !strings.Contains(of, m[2]) {
			t.Errorf("the alerts ask %s for %s; it has %s", m[1], m[2], of)
		}
	}
	handbook := read(t, "../../docs/operations.md")
	for name := range described {
		if !strings.Contains(handbook, "`"+strings.TrimPrefix(name, "seatledger_")) {
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

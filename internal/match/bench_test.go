package match

import (
	"runtime"
	"testing"
)

// BenchmarkAssign10k pairs 10,000 accounts with 10,000 CRM accounts. The
// promise is 10 s and 500 MB on two cores.
func BenchmarkAssign10k(b *testing.B) {
	w := newWorld(1, knobs{size: 11400, noise: 1})
	b.ReportMetric(float64(len(w.accounts)), "accounts")
	b.ReportMetric(float64(len(w.crm)), "crm")
	var m runtime.MemStats
	for b.Loop() {
		if len(assign(w.accounts, w.crm, Options{}).Pairs) == 0 {
			b.Fatal("no pairs")
		}
	}
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
}

package supplierbills_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// long is a bill of n lines in the neutral layout.
func long(n int) string {
	var b strings.Builder
	b.WriteString(strings.SplitAfter(neutral, "\n")[0])
	for i := range n {
		seats := i%90 + 1
		fmt.Fprintf(&b, "%d,C%d,\"Customer %d, Ltd\",0190a000-0000-7000-8000-%012d,S%d,0190b000-0000-7000-8000-%012d,O%d,"+
			"CFQ7TTC0LH18:0001:P1Y:M,Microsoft 365 Business Basic,P1Y,monthly,cycleCharge,2026-06-01,2026-07-01,%d,5.04,"+
			"%d.%02d,,EUR,1,\n", i+1, i/40, i/40, i/40, i, i, i, seats, seats*504/100, seats*504%100)
	}
	return b.String()
}

// A long bill is held nowhere: what a hundred thousand lines take in memory is not ten times what ten thousand take.
// Not parallel: what it measures is this process, with the browser's side of the upload in it.
func TestAHundredThousandLinesComeInWithinBoundedMemory(t *testing.T) { //nolint:paralleltest // it measures the whole process
	if testing.Short() {
		t.Skip()
	}
	d := open(t)
	var most [2]uint64
	for i, n := range []int{10_000, 100_000} {
		content := strings.ReplaceAll(long(n), ",O", fmt.Sprintf(",O%d-", i))
		zip := zipped(t, content)
		content = ""
		began := time.Now()
		stop := watch(&most[i])
		p := d.upload(zip)
		uploaded := time.Since(began)
		p.Shows(fmt.Sprintf("%d,000 lines in EUR", n/1000), "1 to 100 of 300 lines")
		bill := d.apply(p)
		stop()
		t.Logf("%d lines: preview after %v, kept after %v, %d MB", n, uploaded.Round(time.Millisecond),
			time.Since(began).Round(time.Millisecond), most[i]>>20)
		bill.Shows(fmt.Sprintf("%d,000", n/1000), "The first 50 of")
	}
	if len(d.c.Get("/supplier-bills.csv").Records()) != 2 {
		t.Error("not both bills are here")
	}
	if grown := int64(most[1]) - int64(most[0]); grown > 50<<20 {
		t.Errorf("it grew by %d MB", grown>>20)
	}
}

// watch notes the most memory that is in use.
func watch(most *uint64) func() {
	runtime.GC()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*most = max(*most, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }
}

package connect

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"seatledger/internal/distributor"
)

// large serves a list of about so many bytes, in pieces without a length, or bytes without end.
func large(bytesOf int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			_, _ = w.Write([]byte(`{"access_token":"t"}`))
			return
		}
		if r.URL.Query().Get("pageNo") != "1" {
			_, _ = w.Write([]byte(`{"data":{"records":[]}}`))
			return
		}
		_, _ = w.Write([]byte(`{"data":{"records":[`))
		row := `{"subscriptionId":"%","quantity":1,"status":"Active","productName":"` + strings.Repeat("x", 400) + `"},`
		i := 0
		for sent := 0; sent < bytesOf; sent, i = sent+len(row), i+1 {
			if _, err := w.Write([]byte(strings.Replace(row, "%", strconv.Itoa(i), 1))); err != nil {
				return
			}
		}
		_, _ = fmt.Fprintf(w, `{"subscriptionId":"end","quantity":1}],"total":%d}}`, i+1)
	})
}

// TestLargeAnswersAtOnceTakeLittleMemory reads in a process of its own, whose largest size the system tells.
func TestLargeAnswersAtOnceTakeLittleMemory(t *testing.T) {
	t.Parallel()
	if url := os.Getenv("READ_LARGE_LISTS"); url != "" {
		readLarge(t, url)
		return
	}
	idle := peakOf(t, large(10))
	for name, c := range map[string]struct{ bytes, most int }{
		"large": {2 << 20, 100}, "as large as may be": {15 << 20, 120}, "too large": {64 << 20, 100},
		"far too large": {300 << 20, 100},
	} {
		if more := peakOf(t, large(c.bytes)) - idle; more > int64(c.most) {
			t.Errorf("%s: %d MB more than for small answers, not %d at most", name, more, c.most)
		} else {
			t.Logf("%s: %d MB more than for small answers", name, more)
		}
	}
}

// peakOf is the largest resident size, in MB, of a process that reads from h.
func peakOf(t *testing.T, h http.Handler) int64 {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestLargeAnswersAtOnceTakeLittleMemory$")
	cmd.Env = append(os.Environ(), "READ_LARGE_LISTS="+server.URL)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10 // it counts in KiB
}

func readLarge(t *testing.T, url string) {
	c := opened(t, patientOpener(t, 10*time.Minute), url, distributor.Stellr)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			_, err := c.Subscriptions(t.Context(), strconv.Itoa(i))
			if err != nil && distributor.KindOf(err) != distributor.TooLarge {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

package site

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/labstack/echo/v4"
)

// One person has a few files under way at once; more of theirs wait, and each comes to its turn.
func TestHeavyRequestsOfOnePersonWaitForEachOther(t *testing.T) {
	t.Parallel()
	e, own := echo.New(), newShares()
	var now, most atomic.Int64
	full, through := make(chan struct{}, 100), make(chan struct{})
	handle := own.fair(func(c echo.Context) error {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			continue
		}
		full <- struct{}{}
		<-through
		now.Add(-1)
		return c.NoContent(http.StatusNoContent)
	})
	var all sync.WaitGroup
	for range 3 * heavyAtOnce {
		all.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x.csv", nil)
			if err := handle(e.NewContext(r, httptest.NewRecorder())); err != nil {
				t.Error(err)
			}
		})
	}
	for range heavyAtOnce {
		<-full
	}
	close(through)
	all.Wait()
	if got := most.Load(); got != heavyAtOnce {
		t.Errorf("%d at once", got)
	}
	if len(own.of) != 0 {
		t.Errorf("%d people are kept in mind", len(own.of))
	}
}

package nights

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// A run whose job is lost, as when the queue's rows were restored from before it, stands in no queue: after half a
// minute it is noticed and queued again, once.
func TestAQueuedRunWhoseJobIsLostIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{unread: true})
	w.admin.Post(w.page()+"/sync-accounts", url.Values{"anyway": {"on"}}).Want(303)
	id, found := w.unfinished()
	if !found {
		t.Fatal("no run was asked for")
	}
	jobs := func() int {
		return w.number(`SELECT count(*) FROM river.river_job WHERE args::text LIKE '%' || $1 || '%'`, id.String())
	}
	if jobs() != 1 {
		t.Fatalf("%d jobs for a run that was asked for", jobs())
	}
	_, err := w.DB.Owner().Exec(w.ctx, `DELETE FROM river.river_job`)
	w.must(err)
	w.must(w.App.Sync.Watch(w.ctx))
	if jobs() != 0 {
		t.Error("its job counts as lost at once")
	}
	w.clock.advance(31 * time.Second)
	for range 2 {
		w.must(w.App.Sync.Watch(w.ctx))
		if jobs() != 1 {
			t.Errorf("%d jobs after half a minute", jobs())
		}
	}
	w.workAll()
	if state := w.state(id); !strings.HasPrefix(state, "succeeded") {
		t.Errorf("it ended %s", state)
	}
}

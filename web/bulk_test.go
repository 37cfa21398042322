//go:build linux

package main

import (
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/testkit/webtest"
)

// TestBulkWorkGoesOnAfterItsProcessWasKilled kills the process in the middle of a run: another goes on at the next
// record, and nothing is done twice.
func TestBulkWorkGoesOnAfterItsProcessWasKilled(t *testing.T) {
	t.Parallel()
	const n = 400
	f := &fleet{t: t, Site: webtest.Start(t, webtest.Options{})}
	f.SignIn("admin")
	provider := uuid.Must(uuid.NewV7())
	db := f.DB.Read(t.Context())
	f.ok(db.Exec(`INSERT INTO providers (id, name, connector, comprehensive_api, currency, active, credentials_at,
		created_at, updated_at) VALUES (?, 'By hand', 'manual', false, 'USD', true, now(), now(), now())`, provider).Error)
	f.ok(db.Exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state,
		first_seen_at, updated_at) SELECT gen_random_uuid(), ?, 'X-' || i, 'Waiting ' || i, 'active', 'unmapped', now(),
		now() FROM generate_series(1, ?) i`, provider, n).Error)
	count := func(sql string) (k int) {
		f.ok(db.Raw(sql).Row().Scan(&k))
		return k
	}

	first := f.replica("")
	admin := webtest.Browse(t, first.base)
	admin.Get("/login").Form("form").Set("email", "admin@reseller.example", "password", webtest.Password).Submit().
		Want(http.StatusSeeOther)
	page := admin.Post("/accounts/exclude", url.Values{"all": {"1"}, "filter": {"state=unmapped"}}).Next()
	f.until(patience, "the preview stands", func() bool {
		return count(`SELECT count(*) FROM bulk_works WHERE digest <> ''`) == 1
	})
	form := admin.Get(page.Path()).Form(`form[action$="/apply"]`).Set("reason", "a test")
	apply := admin.Request(http.MethodPost, page.Path()+"/apply", form.Values)
	for _, c := range admin.Cookies() {
		apply.AddCookie(c)
	}
	go func() { // its answer is cut off with the process
		if res, err := http.DefaultClient.Do(apply); err == nil {
			_ = res.Body.Close()
		}
	}()
	const done = `SELECT count(*) FROM bulk_items WHERE state = 'done'`
	f.until(patience, "some are done", func() bool { return count(done) > 0 })
	first.signal(syscall.SIGKILL)
	<-first.done
	left := count(`SELECT count(*) FROM bulk_items WHERE state = 'waiting'`)
	if left == 0 {
		t.Fatal("it was killed too late to tell anything")
	}

	f.replica("")
	took := f.until(2*patience, "another goes on", func() bool { return count(done) == n })
	t.Logf("%d of %d were left, and done after %s", left, n, took.Round(time.Second))
	if k := count(`SELECT count(*) FROM mapping_decisions`); k != n {
		t.Errorf("%d decisions about %d accounts", k, n)
	}
	if k := count(`SELECT count(*) FROM provider_accounts WHERE state = 'excluded'`); k != n {
		t.Errorf("%d are excluded", k)
	}
}

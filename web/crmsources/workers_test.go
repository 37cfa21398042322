package crmsources_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"seatledger/internal/auth"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/testkit/webtest"
)

// TestAReadingIsWorkedByTheQueueByHandAndByNight needs nobody but the app itself.
func TestAReadingIsWorkedByTheQueueByHandAndByNight(t *testing.T) {
	t.Parallel()
	d := &desk{T: t, org: standin.New()}
	server := httptest.NewServer(d.org)
	t.Cleanup(server.Close)
	d.crm = server.URL
	d.Site = webtest.Start(t, webtest.Options{Workers: true, Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})
	d.admin = d.SignIn(auth.Admin)
	d.customers(3)
	source := d.source()
	run := d.admin.Get(source).FormTo(source + "/read").Submit().Next()
	d.until(func() bool { return d.admin.Get(run.Path()).Has("3 added") })
	d.org.PutAccount(accountID(9), map[string]any{"name": "Night Owl Ltd"})
	if err := d.DB.Read(t.Context()).Exec(`UPDATE run_nights SET next_at = now() - interval '1 minute'`).
		Error; err != nil {
		t.Fatal(err)
	}
	if err := d.App.Sources.Night(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.until(func() bool { return len(d.admin.Get("/crm-accounts.csv?q=Night+Owl").Records()) == 1 })
	d.until(func() bool { return d.admin.Get(source).Has("every night") })
}

// until looks again and again, with a deadline.
func (d *desk) until(is func() bool) {
	d.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.Fatal("it did not come about")
		}
	}
}

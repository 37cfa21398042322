package nights

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"seatledger/internal/crm/dataverse/standin"
)

// A reading of a CRM is killed between two of its transactions, and the next attempt while it reads: the third ends it,
// with each customer here once, and says what all of them did.
func TestAReadingOfACRMKilledAgainAndAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for leases to lapse")
	}
	t.Parallel()
	const customers = 1100 // more than two transactions
	h := newHouse(t)
	org := standin.New()
	for i := range customers {
		org.PutAccount(fmt.Sprintf("00000000-0000-4000-8000-%012d", i+1), map[string]any{
			"name": fmt.Sprintf("Customer %04d Ltd", i), "accountnumber": fmt.Sprintf("A-%04d", i)})
	}
	var onRead atomic.Pointer[func()]
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if do := onRead.Load(); do != nil && r.Method == http.MethodGet {
			(*do)()
		}
		org.ServeHTTP(w, r)
	}))
	t.Cleanup(far.Close)
	first := h.up()
	source := first.web.Post("/crm-sources", url.Values{"name": {"Dynamics 365"}, "url": {far.URL},
		"tenant": {standin.Tenant}, "client_id": {standin.ClientID}, "client_secret": {standin.Secret},
		"token_url": {far.URL + "/" + standin.Tenant + "/oauth2/v2.0/token"}, "page_size": {"100"}}).Want(303).Location()
	goOn := h.holdSecondBatch()
	first.web.Post(source+"/read", url.Values{}).Want(303)
	h.until("the first transaction stands", func() bool {
		return h.text(`SELECT (count(*) >= 500)::text FROM crm_source_records`) == "true"
	})
	first.kill()
	goOn()

	second := h.up()
	killed := make(chan struct{})
	kill := func() {
		if onRead.Swap(nil) != nil {
			second.signal(9)
			close(killed)
		}
	}
	onRead.Store(&kill)
	select {
	case <-killed:
	case <-time.After(2 * time.Minute):
		t.Fatal("nobody went on")
	}

	h.up()
	h.until("the third ends it", func() bool { return h.text(`SELECT state FROM crm_source_runs`) == "succeeded" })
	for what, sql := range map[string]string{
		"customers": `SELECT count(*)::text || ' ' || count(DISTINCT name) FROM crm_accounts`,
		"records":   `SELECT count(*)::text || ' ' || count(DISTINCT crm_account_id) FROM crm_source_records`,
		"told":      `SELECT applied || ' ' || added FROM crm_source_runs`,
	} {
		if got := h.text(sql); got != fmt.Sprint(customers, " ", customers) {
			t.Errorf("%s: %s, not %d twice: %s", what, got, customers, h.text(`SELECT row_to_json(r)::text
				FROM crm_source_runs r`))
		}
	}
	if n := h.text(`SELECT count(*)::text FROM audit_events WHERE action = 'crm_source.read'`); n != "1" {
		t.Errorf("told %s times in the trail", n)
	}
}

// holdSecondBatch makes whoever brings in a second batch of records wait until goOn.
func (h *house) holdSecondBatch() (goOn func()) {
	h.t.Helper()
	ctx := h.t.Context()
	_, err := h.db.Owner().Exec(ctx, `
		CREATE FUNCTION test_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
			IF EXISTS (SELECT FROM crm_source_records) THEN PERFORM pg_advisory_xact_lock(4711); END IF;
			RETURN NULL; END $$;
		CREATE TRIGGER test_waits BEFORE INSERT ON crm_source_records FOR EACH STATEMENT EXECUTE FUNCTION test_waits()`)
	h.must(err)
	conn, err := h.db.Owner().Acquire(ctx)
	h.must(err)
	_, err = conn.Exec(ctx, `SELECT pg_advisory_lock(4711)`)
	h.must(err)
	return func() {
		_, err := conn.Exec(ctx, `SELECT pg_advisory_unlock(4711)`)
		h.must(err)
		conn.Release()
	}
}

// until waits for something that comes about by itself.
func (h *house) until(what string, is func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%s: it did not come about", what)
		}
	}
}

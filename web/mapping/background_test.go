package mapping_test

import (
	"testing"
	"time"

	"seatledger/internal/testkit/webtest"
)

// TestSuggestionsAreMadeAnewByThemselves runs the queue: whatever changes on either
// side is looked at within seconds.
func TestSuggestionsAreMadeAnewByThemselves(t *testing.T) {
	t.Parallel()
	w := world{webtest.Start(t, webtest.Options{Workers: true}), t}
	w.exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": false}', now(), 'Robin Example')`)
	p := w.provider("North")
	c := towns(1)[0]
	w.account(p, "1", c)
	w.customer(c)
	w.until(`SELECT count(*) = 1 FROM mapping_suggestions WHERE band = 'certain'`)
	w.exec(`UPDATE crm_accounts SET name = 'Somebody else entirely', domain = '', street = '', city = '', phone = '',
		version = version + 1`)
	w.until(`SELECT count(*) = 0 FROM mapping_suggestions WHERE band = 'certain'`)
}

// until asks the database until it says yes.
func (w world) until(question string) {
	w.t.Helper()
	for began := time.Now(); time.Since(began) < time.Minute; {
		if w.value(`SELECT (`+question+`)::text`) == "true" {
			return
		}
	}
	w.t.Fatalf("it never came to be: %s", question)
}

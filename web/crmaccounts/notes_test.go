package crmaccounts_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/testkit/htmlcheck"
)

func TestANoteStaysAsItWasWrittenWithWhoAndWhen(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.post("/crm-accounts", url.Values{"name": {"Contoso"}}, http.StatusSeeOther).Header().Get("Location")
	press := d.get(where).Find("input[name=press]").AttrOr("value", "")
	v := url.Values{"note": {"<script>alert(1)</script>\nwants a call"}, "press": {press}}
	for range 2 { // pressed twice, it is one note
		d.post(where+"/notes", v, http.StatusSeeOther)
	}
	doc := d.get(where)
	notes := doc.Find("#notes .note")
	text := htmlcheck.Text(notes)
	if notes.Length() != 1 || !strings.Contains(text, "Ada Example") || !strings.Contains(text, "22 Nov 2026") ||
		!strings.Contains(text, "<script>alert(1)</script>") || doc.Find("#notes script").Length() != 0 {
		t.Errorf("%d notes: %s", notes.Length(), text)
	}
	d.post(where+"/notes", url.Values{"note": {" "}}, http.StatusUnprocessableEntity)
	d.post(where+"/notes", url.Values{"note": {strings.Repeat("x", 4001)}}, http.StatusUnprocessableEntity)
	d.post("/crm-accounts/"+uuid.NewString()+"/notes", url.Values{"note": {"x"}}, http.StatusNotFound)
	for _, sql := range []string{"UPDATE crm_account_notes SET text = 'other'", "DELETE FROM crm_account_notes"} {
		if err := d.room.DB.Read(t.Context()).Exec(sql).Error; err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
}

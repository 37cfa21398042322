package stellr

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
)

func speaking(d distributor.Dialect) func(*distributor.Credentials) {
	return func(c *distributor.Credentials) { c.Dialect = d }
}

func TestADialectReadsOtherNamesWordsAndDatesAtOtherPlaces(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.says("/cloud/v2/clients", `{"data":{"total":1,"records":[{"clientRef":"7","clientName":"Contoso Example"}]}}`)
	f.says("/cloud/v2/clients/7/abos",
		`{"data":{"total":1,"records":[{"subscriptionId":"1_1","seatsBought":5,"quantity":1,
		"unitPrice":10.379999999999999,"state2":{"word":"Parked"},"status":"Cancelled","billingFrequency":"MTH12",
		"startDate":"03/04/2026","endDate":"31/01/2027","productName":"Cloud Meter 5"}]}}`)
	f.says("/cloud/v2/clients/7/log", `{"data":{"records":[{"subscriptionId":"1_1","entryDatetime":"03/04/2026",
		"what":"Add 2 seats"}]}}`)
	c := f.connect(t, speaking(distributor.Dialect{
		Names: map[string][]string{"customer.customerNo": {"clientRef"}, "customer.name": {"clientName"},
			"subscription.quantity": {"seatsBought"}, "subscription.status": {"state2.word"},
			"change.changeLog": {"what"}},
		Statuses: map[string]distributor.Status{"parked": distributor.StatusSuspended},
		Rhythms:  map[string]distributor.Frequency{"mth12": distributor.Annual},
		Kinds:    map[string]distributor.Kind{"cloud meter": distributor.Usage},
		Doubles:  true, DateOrder: distributor.DayFirst,
		Paths: distributor.Paths{Customers: "/cloud/v2/clients", Subscriptions: "/cloud/v2/clients/{customer}/abos",
			Changes: "/cloud/v2/clients/{customer}/log"}}))
	accounts, err := c.Accounts(t.Context())
	if err != nil || len(accounts.Accounts) != 1 || accounts.Accounts[0].Name != "Contoso Example" {
		t.Fatalf("%+v %v", accounts, err)
	}
	got, err := c.Subscriptions(t.Context(), "7")
	if err != nil || len(got.Subscriptions) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	s := got.Subscriptions[0]
	if s.Quantity != 5 || s.UnitCost.Decimal.String() != "10.38" || s.Status != distributor.StatusSuspended ||
		s.Frequency != distributor.Annual || s.Kind != distributor.Usage || s.Start != clock.NewDate(2026, 4, 3) ||
		s.End != clock.NewDate(2027, 1, 31) {
		t.Errorf("%+v", s)
	}
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "was rounded to 10.38") {
		t.Errorf("notes %q", s.Notes)
	}
	log, err := c.Changes(t.Context(), distributor.ChangeQuery{AccountExternalID: "7"})
	if err != nil || len(log) != 1 || log[0].Delta != 2 || log[0].On != clock.NewDate(2026, 4, 3) {
		t.Errorf("%+v %v", log, err)
	}
	for _, r := range f.requests() {
		if !strings.HasPrefix(r, "GET /cloud/v2/clients") {
			t.Errorf("asked %s", r)
		}
	}
}

func TestTheTokenCallTakesMoreFieldsAndABasicHeader(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var header, body string
	f.signIn = func(w http.ResponseWriter, r *http.Request) {
		header, body = r.Header.Get("Authorization"), r.PostForm.Encode()
		fmt.Fprint(w, `{"access_token":"t","expires_in":7200}`)
	}
	f.says(customersPath, `{"data":{"total":0,"records":[]}}`)
	c := f.connect(t, speaking(distributor.Dialect{BasicAuth: true,
		TokenForm: map[string]string{"scope": "api.read", "grant_type": "password"}}))
	if _, err := c.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The two are form-encoded before they go into the header (RFC 6749, 2.3.1).
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("app:"+url.QueryEscape(secret)))
	if header != want {
		t.Errorf("header %q, want %q", header, want)
	}
	if d := cmp.Diff("grant_type=client_credentials&scope=api.read", body); d != "" {
		t.Error(d)
	}
	if said := c.cred.Redact("you sent "+header, ""); strings.Contains(said, want[6:]) {
		t.Errorf("the header is repeated: %s", said)
	}
}

// The row: a text in the place of an error beside a good list.
func TestATextThatTellsOfNoErrorIsNone(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"No error": true, "no errors found": true, "NO ERROR": true, "Success": true, "0": true, "Aucune erreur": true,
		"Sin errores": true, "Sem erro": true, "Kein Fehler": true, "Request completed successfully": true,
		"No subscription found": true, "No subscriptions found.": true, "No records found": true,
		"No data": true, "There are no subscriptions": true, "Aucun abonnement trouvé": true,
		"No se encontraron suscripciones": true, "Nenhum registro encontrado": true, "Keine Abonnements gefunden": true,
		"No active subscriptions found for this customer": true,
		"No access": false, "No permission to read data": false, "no": false, "Customer not found": false,
		"No subscription found, because the vendor is down": false, "Error": false, "No permission data": false,
	} {
		f := newFake(t)
		f.says("/api/v1/customers/7/subscriptions",
			fmt.Sprintf(`{"requestId":"r","errorMessage":%q,"data":{"total":0,"records":[]}}`, text))
		got, err := f.connect(t).Subscriptions(t.Context(), "7")
		if (err == nil) != good || good && !got.Complete {
			t.Errorf("%q: %v", text, err)
		}
	}
	// Beside records it is a contradiction, and without a list it is all that was said.
	for _, body := range []string{
		`{"errorMessage":"No subscription found","data":{"total":1,"records":[{"subscriptionId":"1_1","quantity":1}]}}`,
		`{"errorMessage":"No subscription found","data":{"total":3,"records":[]}}`,
		`{"errorMessage":"No subscription found"}`, `{"errorMessage":"No error"}`,
		`{"errorMessage":"No subscription found","status":"error","data":{"total":0,"records":[]}}`,
		`{"errorMessage":"No subscription found","errorDetail":"token revoked","data":{"records":[]}}`,
	} {
		f := newFake(t)
		f.says("/api/v1/customers/7/subscriptions", body)
		if got, err := f.connect(t).Subscriptions(t.Context(), "7"); err == nil {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

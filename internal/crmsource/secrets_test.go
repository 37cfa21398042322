package crmsource_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"seatledger/internal/crmsource"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
)

// TestTheClientSecretGoesToNoNewServer: each address alone is changed, the secret left blank.
func TestTheClientSecretGoesToNoNewServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(1)
	var asked atomic.Int32
	far := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(far.Close)
	for name, change := range map[string]func(*crmsource.Input){
		"token URL":    func(in *crmsource.Input) { in.TokenURL = far.URL + "/token" },
		"organisation": func(in *crmsource.Input) { in.URL = far.URL },
		"Microsoft's":  func(in *crmsource.Input) { in.TokenURL = "" },
	} {
		in := w.input()
		in.ClientSecret = ""
		change(&in)
		err := w.Update(t.Context(), ada, crmsource.Edit{ID: w.source.ID, Version: 1, Input: in})
		if f := errs.FieldsOf(err); !strings.Contains(f[crmsource.ClientSecret], "was given for "+w.server.URL) ||
			!strings.Contains(f[crmsource.ClientSecret], "Type it again") {
			t.Errorf("%s: %v %v", name, err, f)
		}
	}
	w.ends(w.read(), crmsource.Succeeded)

	exec := func(sql string, args ...any) {
		t.Helper()
		if err := w.DB.Read(t.Context()).Exec(sql, args...).Error; err != nil {
			t.Fatal(err)
		}
	}
	for _, sql := range []string{`UPDATE crm_sources SET token_url = ?`, `UPDATE crm_sources SET url = ?`} {
		exec(sql, far.URL)
		check, err := w.Verify(t.Context(), ada, w.source.ID)
		if err != nil || check.Result() != distributor.Failed ||
			!strings.Contains(check.Layers[0].Message, "is not sent to "+far.URL) {
			t.Errorf("changed in the database: %v %+v", err, check)
		}
		w.ends(w.read(), crmsource.Failed, "is not sent to "+far.URL)
	}
	exec(`UPDATE crm_source_secrets SET sent_to = ?`, far.URL)
	if _, err := w.Verify(t.Context(), ada, w.source.ID); errs.KindOf(err) != errs.Conflict {
		t.Errorf("the secret's row as well: %v", err)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("the new server was asked %d times", n)
	}
}

func TestTheFirstStartBindsTheClientSecretToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(1)
	for text, sql := range map[string]string{
		"seatledger master key": `INSERT INTO master_key_check (made_at, sealed) VALUES (now(), ?)`,
		"client secret":         `UPDATE crm_source_secrets SET sent_to = '', sealed = ?`,
	} {
		at, plain := secret.Place{Table: "master_key_check", Row: "1", Column: "sealed"}, distributor.Secret(text)
		if text == "client secret" {
			at, plain = secret.SourceSecret(w.source.ID, crmsource.ClientSecret, ""), w.input().ClientSecret
		}
		sealed, err := w.Sealer.Seal(at, plain)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Read(t.Context()).Exec(strings.Replace(sql, "sealed = ?", "set_at = now(), sealed = ?", 1),
			sealed).Error; err != nil {
			t.Fatal(err)
		}
	}
	w.ends(w.read(), crmsource.Failed)
	if err := w.Sealer.BindOnce(t.Context(), w.DB, w.Secrets()); err != nil {
		t.Fatal(err)
	}
	w.ends(w.read(), crmsource.Succeeded)
}

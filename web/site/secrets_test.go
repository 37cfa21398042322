package site_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestNoSecretIsSeenAnywhere goes the whole path with known secrets, refused forms
// and a failed check among it, and then looks for them on every page, in every file,
// in the log and in every value of the database, in each way they may be written.
func TestNoSecretIsSeenAnywhere(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.stumble()
	for _, p := range crawlAs(w.admin).pages {
		leaks(t, p.Path(), string(p.Body)+headerText(p.Header))
	}
	for _, list := range []string{"providers", "accounts", "crm-accounts", "contracts", "price-lists", "subscriptions",
		"changes", "sync-runs", "audit"} {
		leaks(t, list+".csv", string(w.admin.Get("/"+list+".csv").Body))
	}
	leaks(t, "the log", w.Log.String())
	dump := w.Dump()
	leaks(t, "the database", dump)
	if !strings.Contains(dump, "integration@reseller.example") || !strings.Contains(w.Log.String(), "/verify") {
		t.Error("the dump or the log does not hold what it should, so it proves nothing")
	}
}

// stumble saves and checks with mistakes, so that refusals and failures are among what is looked at.
func (w *walk) stumble() {
	w.t.Helper()
	edit := func(pairs ...string) {
		page := w.admin.Get(w.provider + "/edit")
		answer := page.FormTo(w.provider).Set(append([]string{"password", apiPassword, "application_secret", apiSecret},
			pairs...)...).Submit()
		leaks(w.t, "the answer to the form", string(answer.Body))
	}
	edit("page_size", "much", "url", "ftp://nowhere")
	edit("application_id", "app-2")
	w.admin.Get(w.provider).FormTo(w.provider + "/verify").Submit().Next().Shows("Failed")
	edit("application_id", "app-1")
	w.admin.Post("/providers", url.Values{"name": {"TD SYNNEX US"}, "password": {apiPassword},
		"application_secret": {apiSecret}}).Want(http.StatusUnprocessableEntity)
	edit("version", "1")
	w.bill()
	w.mailOut()
	leaks(w.t, "the answer to the form of mail", string(w.admin.Get("/settings/mail").FormTo("/settings/mail").
		Set("port", "much", "password", mailPassword).Submit().Body))
}

func headerText(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

// leaks fails when a text holds a secret, as it is or encoded.
func leaks(t *testing.T, where, text string) {
	t.Helper()
	low := strings.ToLower(text)
	for _, secret := range []string{apiPassword, apiSecret, "an honest sentence", mailPassword} {
		for how, written := range writings(secret) {
			if strings.Contains(low, strings.ToLower(written)) {
				t.Errorf("%s holds a secret %s: %.60s", where, how, around(low, strings.ToLower(written)))
			}
		}
	}
}

func writings(s string) map[string]string {
	basic := base64.StdEncoding.EncodeToString([]byte(s))
	return map[string]string{
		"as it is": s, "in base64": strings.TrimRight(basic, "="),
		"in base64 for addresses": base64.RawURLEncoding.EncodeToString([]byte(s)),
		"in hex":                  hex.EncodeToString([]byte(s)), "as a value of a form": url.QueryEscape(s),
		"as a part of a path":    url.PathEscape(s),
		"in HTML":                strings.NewReplacer("&", "&amp;", `"`, "&#34;", "+", "&#43;").Replace(s),
		"with the basic sign-in": base64.StdEncoding.EncodeToString([]byte("app-1:" + s)),
		"in part":                s[:8] + "",
	}
}

func around(text, found string) string {
	at := strings.Index(text, found)
	return text[max(0, at-25):at] + "..."
}

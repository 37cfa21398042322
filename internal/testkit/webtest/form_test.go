package webtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const formPage = `<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>T</h1>
<a href="/there">Go there</a>
<form id="f" method="post" action="/to">
<input type="hidden" name="version" value="3"><input name="name" value="old"><input name="off" value="x" disabled>
<input type="checkbox" name="on" checked><input type="checkbox" name="not" value="1">
<input type="radio" name="r" value="a"><input type="radio" name="r" value="b" checked>
<select name="s"><option value="1">One</option><option value="2" selected>Two</option></select>
<select name="first"><option>One</option><option>Two</option></select>
<textarea name="note">as it was</textarea>
<fieldset disabled><input name="deep" value="x"></fieldset><input type="file" name="file">
<button name="go" value="1">Go</button></form>
<input form="f" name="outside" value="y"></main></body></html>`

// echo answers a form with what it was sent, and anything else with the page.
func echo(t *testing.T) *Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_ = r.ParseMultipartForm(1 << 20)
			_, _ = io.WriteString(w, r.URL.Path+" "+r.PostForm.Encode())
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, formPage)
	}))
	t.Cleanup(s.Close)
	return newClient(t, s.URL)
}

func TestAFormIsSentAsABrowserSendsIt(t *testing.T) {
	t.Parallel()
	got := string(echo(t).Get("/").Form("form").Set("name", "new").Tick("not", "1").Submit().Want(200).Body)
	want := url.Values{"version": {"3"}, "name": {"new"}, "on": {"on"}, "not": {"1"}, "r": {"b"}, "s": {"2"},
		"first": {"One"}, "note": {"as it was"}, "outside": {"y"}}
	if diff := cmp.Diff("/to "+want.Encode(), got); diff != "" {
		t.Error(diff)
	}
}

func TestAFileGoesWithItsForm(t *testing.T) {
	t.Parallel()
	got := string(echo(t).Get("/").FormTo("/to").File("file", "a,b\r\n").Submit().Want(200).Body)
	if values, err := url.ParseQuery(got[len("/to "):]); err != nil || values.Get("version") != "3" ||
		values.Has("file") {
		t.Errorf("sent %s, %v", got, err)
	}
}

func TestLinksAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	p := echo(t).Get("/")
	if p.Link("Go there") != "/there" || p.Follow("Go there").URL.Path != "/there" {
		t.Errorf("links %v", p.Links())
	}
}

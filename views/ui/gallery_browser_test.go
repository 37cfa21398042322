package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/a-h/templ"

	"seatledger/internal/testkit/browser"
	"seatledger/internal/testkit/htmlcheck"
	"seatledger/static"
	"seatledger/views/layout"
	"seatledger/views/ui"
)

// policy is the one that the product sends.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'self'"

func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/gallery", page(gallery()))
	mux.Handle("/sign-in", page(signIn()))
	mux.Handle("/problem", page(problem()))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func page(c templ.Component) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = c.Render(r.Context(), w)
	}
}

func signIn() templ.Component {
	return with(layout.Bare{Title: "Sign in", Version: "0.1.0", HasErrors: true},
		with(ui.Form{Action: "/login", Save: "Sign in"},
			ui.ErrorSummary{Problems: []ui.Problem{{Message: "Email or password is not right.", Href: "#f-email"}}},
			ui.Field{Kind: ui.EmailInput, Name: "email", Label: "Email", Value: "ada@reseller.example",
				Autocomplete: "username", Required: true},
			ui.Field{Kind: ui.PasswordInput, Name: "password", Label: "Password", Autocomplete: "current-password",
				Required: true},
		),
	)
}

func problem() templ.Component {
	frame := galleryFrame()
	return layout.Problem{
		Status: 409, Text: "Contoso Example Ltd already belongs to account 400017. Nothing was changed. " +
			"Choose another CRM account, or unmap that account first.",
		RequestID: "0190c3a1-7e2b", Back: "/accounts",
	}.In(layout.Page{Title: "This cannot be done now", Nav: frame.Nav, User: frame.User, ThemeAction: frame.ThemeAction,
		SignOut: frame.SignOut, Here: "/x"})
}

func TestGalleryKeepsTheRulesOfEveryPage(t *testing.T) {
	t.Parallel()
	url := serve(t)
	for _, path := range []string{"/gallery", "/sign-in", "/problem"} {
		res, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		htmlcheck.Page(t, htmlcheck.Parse(t, res.Body))
	}
}

// TestGalleryInABrowser looks at every part at both ends of the widths and in both
// schemes: nothing scrolls sideways, axe finds nothing, the policy blocks nothing.
// SEATLEDGER_SHOTS names a folder for the pictures.
func TestGalleryInABrowser(t *testing.T) {
	t.Parallel()
	url := serve(t)
	b := browser.Start(t)
	for _, v := range []struct {
		path  string
		width int64
		dark  bool
	}{
		{"/gallery", 1280, false}, {"/gallery", 1280, true}, {"/gallery", 320, false}, {"/gallery", 320, true},
		{"/sign-in", 1280, true}, {"/sign-in", 320, false}, {"/problem", 1280, false}, {"/problem", 320, true},
	} {
		name := fmt.Sprintf("%s-%d-%v", v.path[1:], v.width, v.dark)
		t.Run(name, func(t *testing.T) {
			tab := b.Tab(t)
			tab.Size(v.width, 900)
			tab.Dark(v.dark)
			tab.Go(url + v.path)
			look(t, tab, name+".png")
		})
	}
	t.Run("forced colours", func(t *testing.T) {
		tab := b.Tab(t)
		tab.ForcedColors()
		tab.Go(url + "/gallery")
		look(t, tab, "gallery-forced.png")
	})
}

func look(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	if dir := os.Getenv("SEATLEDGER_SHOTS"); dir != "" {
		tab.Screenshot(filepath.Join(dir, name))
	}
	if n := tab.Overflow(); n > 0 {
		t.Errorf("the page is %d px wider than the window", n)
	}
	for _, trouble := range tab.Troubles() {
		t.Errorf("the browser complains: %s", trouble)
	}
	browser.Axe(t, tab)
}

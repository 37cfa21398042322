package site_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
	"seatledger/web/site"
)

const nobody = auth.Role("")

// TestEveryRouteAsksForItsRole walks every route with every role and with none. What
// came out stands in testdata/roles.txt, so that a new route or a changed role shows
// as a difference to read; SEATLEDGER_UPDATE=1 writes it anew.
func TestEveryRouteAsksForItsRole(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	d := doors{Site: s, people: map[auth.Role]*webtest.Client{nobody: s.Client()}}
	for _, r := range auth.Roles() {
		d.people[r] = s.SignIn(r)
	}
	var lines []string
	for _, l := range site.Table(s.App, site.Options{}) {
		lines = append(lines, d.line(t, l))
	}
	slices.Sort(lines)
	golden(t, "testdata/roles.txt", strings.Join(lines, "\n")+"\n")
}

type doors struct {
	*webtest.Site
	people map[auth.Role]*webtest.Client
}

// line tries one route as everybody and compares with its role column.
func (d doors) line(t *testing.T, l site.Line) string {
	t.Helper()
	out := fmt.Sprintf("%-4s %-48s", l.Method, l.Path)
	for _, role := range append(auth.Roles(), nobody) {
		status := d.try(role, l)
		if got, want := opens(t, l, role, status), mayPass(l, role); got != want {
			t.Errorf("%s %s as %q: %d, so passed is %v; the table says %v", l.Method, l.Path, role, status, got, want)
		}
		word := "-"
		if mayPass(l, role) {
			word = cmp.Or(string(role), "nobody")
		}
		out += fmt.Sprintf(" %-8s", word)
	}
	return strings.TrimRight(out+" "+l.Proof, " ")
}

func mayPass(l site.Line, role auth.Role) bool {
	return l.Open || role != nobody && auth.Allowed(role, l.Roles...)
}

// opens reads from the status whether somebody came past the door. Behind it nothing
// may fail on our side, however wrong the request.
func opens(t *testing.T, l site.Line, role auth.Role, status int) bool {
	t.Helper()
	if status >= http.StatusInternalServerError {
		t.Errorf("%s %s as %q: %d", l.Method, l.Path, role, status)
	}
	if role == nobody && !l.Open {
		want := http.StatusUnauthorized
		if l.Safe() {
			want = http.StatusSeeOther
		}
		if status != want {
			t.Errorf("%s %s without a session: %d, want %d", l.Method, l.Path, status, want)
		}
		return false
	}
	return status != http.StatusForbidden && status != http.StatusUnauthorized
}

var params = regexp.MustCompile(`:[a-z]+`)

// try sends the bare request: ids of nothing, an empty form.
func (d doors) try(role auth.Role, l site.Line) int {
	c := d.people[role]
	if l.Path == "/logout" && role != nobody {
		c = d.SignIn(role) // a session of its own to end
	}
	var form url.Values
	if !l.Safe() {
		form = url.Values{}
	}
	path := params.ReplaceAllStringFunc(l.Path, func(name string) string {
		if name == ":seq" {
			return "999999"
		}
		return uuid.Must(uuid.NewV7()).String()
	})
	return c.Send(c.Request(l.Method, path, form)).Status
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("SEATLEDGER_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (SEATLEDGER_UPDATE=1 writes it anew):\n%s", file, diff)
	}
}

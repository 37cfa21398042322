package auth

import (
	"bytes"
	"strings"
	"testing"
)

func TestTheUserVerbMakesListsAndDisables(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	run := func(stdin string, args ...string) (string, error) {
		var out bytes.Buffer
		err := RunUser(t.Context(), args, Tool{Service: s, In: strings.NewReader(stdin), Out: &out})
		return out.String(), err
	}
	if _, err := run("", "add", "--email", "ada@reseller.example", "--name", "Ada", "--role", "viewer",
		"--generate"); err == nil {
		t.Error("the first user may not be a viewer")
	}
	out, err := run(goodPassword+"\n", "add", "--email", "ada@reseller.example", "--name", "Ada", "--role", "admin")
	if err != nil || strings.Contains(out, goodPassword) {
		t.Fatalf("add: %q, %v", out, err)
	}
	if err := signIn(t, s, "ada@reseller.example", goodPassword, "192.0.2.1"); err != nil {
		t.Errorf("sign in with the password of standard input: %v", err)
	}
	out, err = run("", "add", "--email", "bob@reseller.example", "--name", "Bob", "--role", "billing", "--generate")
	_, password, ok := strings.Cut(strings.TrimSpace(out), "Password: ")
	if err != nil || !ok {
		t.Fatalf("add with a made password: %q, %v", out, err)
	}
	if err := signIn(t, s, "bob@reseller.example", password, "192.0.2.1"); err != nil {
		t.Errorf("sign in with the made password: %v", err)
	}
	if _, err := run("", "disable", "--email", "bob@reseller.example"); err != nil {
		t.Error(err)
	}
	if out, _ := run("", "list"); !strings.Contains(out, "disabled Bob") {
		t.Errorf("list: %q", out)
	}
	if _, err := run("", "role", "--email", "ada@reseller.example", "--role", "viewer"); err == nil ||
		!strings.Contains(err.Error(), "last active administrator") {
		t.Errorf("demoting the last admin: %v", err)
	}
	if _, err := run("", "frobnicate"); err == nil {
		t.Error("an unknown command must say how it is used")
	}
}

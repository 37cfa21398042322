//go:build linux

package main

import (
	"net/http"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/mail"
	"seatledger/internal/testkit/mailpit"
	"seatledger/internal/testkit/webtest"
)

// TestAMailIsPerhapsSentAfterItsProcessWasKilled kills the process between the server's yes and our note: the next one
// says so, with the Message-ID, and sends everything but that.
func TestAMailIsPerhapsSentAfterItsProcessWasKilled(t *testing.T) {
	t.Parallel()
	f := &fleet{t: t, Site: webtest.Start(t, webtest.Options{})}
	f.SignIn("admin")
	far := mailpit.Start(t, mailpit.Options{})
	gate := mailpit.NewGate(t, far)
	ada := audit.Actor{ID: uuid.Must(uuid.NewV7()), Name: "Ada"}
	through := func(host string, port, version int) {
		t.Helper()
		f.ok(f.App.Mail.Save(t.Context(), ada, mail.Input{Server: mail.Server{Host: host, Security: mail.Plain,
			FromAddress: "billing@reseller.example"}, Port: strconv.Itoa(port), Version: version}))
	}
	queue := func() (id uuid.UUID) {
		t.Helper()
		f.ok(f.App.DB.InTx(t.Context(), func(tx *gorm.DB) (err error) {
			id, _, err = f.App.Mail.Queue(t.Context(), tx, ada, mail.Letter{Kind: mail.Notice, Language: "en",
				To: []string{"ops@reseller.example"}, Subject: "A mail", Body: "Words"})
			return err
		}))
		return id
	}
	state := func(id uuid.UUID) mail.Mail {
		t.Helper()
		m, err := mail.Get(t.Context(), f.DB.Read(t.Context()), id)
		f.ok(err)
		return m
	}

	through(gate.Host, gate.Port, 0)
	id := queue()
	first := f.replica("")
	<-gate.Held
	first.signal(syscall.SIGKILL)
	<-first.done
	if m := state(id); m.State != mail.Sending || m.MessageID == "" {
		t.Fatalf("killed while it was %+v", m)
	}

	through(far.Host, far.Port, 1)
	second := f.replica("")
	f.until(patience, "it is perhaps sent", func() bool { return state(id).State == mail.Unknown })
	other := queue()
	f.until(patience, "another mail is sent", func() bool { return state(other).State == mail.Sent })
	admin := webtest.Browse(t, second.base)
	admin.Get("/login").Form("form").Set("email", "admin@reseller.example", "password", webtest.Password).Submit().
		Want(http.StatusSeeOther)
	admin.Get("/mails/"+id.String()).Shows("Perhaps sent", state(id).MessageID)
	seen := map[string]int{}
	for _, m := range far.Messages() {
		seen[m.MessageID]++
	}
	if len(seen) != 2 || seen[state(id).MessageID] != 1 || seen[state(other).MessageID] != 1 {
		t.Errorf("arrived: %v", seen)
	}
}

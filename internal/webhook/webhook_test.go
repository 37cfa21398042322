package webhook_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
	"seatledger/internal/webhook"
)

func TestANoticeIsDeliveredSignedUnderItsId(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tells(notify.NightFailed, "Told before the webhook was made.")
	w.clock.Advance(time.Second)
	made := w.create(w.input())
	w.tells(notify.Paused, "Good to know, which is not chosen.")
	id := w.tells(notify.NightFailed, "The distributor did not answer.")
	w.work()
	w.work()
	got := w.far.calls()
	if len(got) != 1 {
		t.Fatalf("%d calls: %+v", len(got), got)
	}
	c := got[0]
	if c.id != id.String() || !c.verifies(t, made.Signing) || c.verifies(t, "whsec_"+strings.Repeat("A", 32)) {
		t.Errorf("id %s of %s, signed %q", c.id, id, c.signature)
	}
	m := read(t, c.body)
	data := m["data"].(map[string]any)
	if m["type"] != "notice.night_failed" || m["timestamp"] != "2026-11-03T09:00:01Z" || data["id"] != id.String() ||
		data["text"] != "The distributor did not answer." || data["seats_lost"] != 3.0 {
		t.Errorf("%v", m)
	}
	if log := w.log(made.Webhook.ID); len(log) != 1 || log[0].State != webhook.Delivered || log[0].Code != 204 {
		t.Errorf("%+v", log)
	}
}

func TestWhatFailsIsTriedAgainUnderTheSameIdAndThenSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	id := w.tells(notify.NightFailed, "One.")
	w.far.answers(code(http.StatusInternalServerError))
	w.work()
	w.work() // its turn has not come
	if n := len(w.far.calls()); n != 1 {
		t.Fatalf("%d calls", n)
	}
	w.clock.Advance(5 * time.Second)
	w.far.answers(code(http.StatusOK))
	w.work()
	got := w.far.calls()
	if len(got) != 2 || got[0].id != id.String() || got[1].id != id.String() || got[0].body != got[1].body {
		t.Fatalf("%+v", got)
	}
	if w.get(made.Webhook.ID).FailingSince != nil {
		t.Error("it still counts as failing")
	}

	// Nothing arrives any more: ten tries over three days, then it is off, and the bell says so once.
	w.far.answers(code(http.StatusServiceUnavailable))
	lost, begin := w.tells(notify.NightFailed, "Two."), w.clock.Now()
	for w.get(made.Webhook.ID).Active {
		w.work()
		w.clock.Advance(time.Hour)
		if w.clock.Now().Sub(begin) > 5*24*time.Hour {
			t.Fatal("it is still on after five days")
		}
	}
	tries, err := webhook.Tries(t.Context(), w.db.Read(t.Context()), made.Webhook.ID, lost)
	w.ok(err)
	if len(tries) < 9 || len(tries) > 10 || w.clock.Now().Sub(begin) < 3*24*time.Hour {
		t.Errorf("%d tries until %s after the first", len(tries), w.clock.Now().Sub(begin))
	}
	if w.notices(notify.WebhookOff) != 1 {
		t.Errorf("%d notices of it", w.notices(notify.WebhookOff))
	}
	w.tells(notify.NightFailed, "While it is off.")
	w.work()

	// On again, what failed goes out, under its own id.
	before := len(w.far.calls())
	w.far.answers(code(http.StatusOK))
	if _, err := w.hooks.AgainAll(t.Context(), ada, made.Webhook.ID); errs.KindOf(err) != errs.Conflict {
		t.Errorf("sent while it is off: %v", err)
	}
	w.clock.Advance(time.Second)
	w.ok(w.hooks.SetActive(t.Context(), ada, made.Webhook.ID, true))
	n, err := w.hooks.AgainAll(t.Context(), ada, made.Webhook.ID)
	w.ok(err)
	w.work()
	got = w.far.calls()[before:]
	if n != 1 || len(got) != 1 || got[0].id != lost.String() || !got[0].verifies(t, made.Signing) {
		t.Errorf("%d again: %+v", n, got)
	}
	w.ok(w.hooks.Again(t.Context(), ada, made.Webhook.ID, id)) // one that had arrived
	w.work()
	if got = w.far.calls(); got[len(got)-1].id != id.String() {
		t.Errorf("%+v", got[len(got)-1])
	}
}

func TestGoneSwitchesOffAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	w.far.answers(code(http.StatusGone))
	w.tells(notify.NightFailed, "One.")
	w.tells(notify.NightMissed, "Two.")
	w.work()
	if n := len(w.far.calls()); n != 1 || w.get(made.Webhook.ID).Active || w.notices(notify.WebhookOff) != 1 {
		t.Errorf("%d calls, %+v", n, w.get(made.Webhook.ID))
	}
	for _, d := range w.log(made.Webhook.ID) {
		if d.State != webhook.Failed {
			t.Errorf("%+v", d)
		}
	}
}

func TestHostileReceiversHoldNobodyUpAndLearnNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := newFar(t)
	made := w.create(w.input())
	id := made.Webhook.ID
	over := make(chan struct{})
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   webhook.State
		says   string
	}{
		"redirecting": {http.RedirectHandler(stranger.URL+"/take", http.StatusTemporaryRedirect).ServeHTTP,
			webhook.Failed,
			"redirect"},
		"endless": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusInternalServerError)
			for {
				if _, err := rw.Write([]byte(strings.Repeat("x", 32<<10))); err != nil {
					return
				}
			}
		}, webhook.Failed, ""},
		"endless after a yes": {func(rw http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := rw.Write([]byte(strings.Repeat("x", 32<<10))); err != nil {
					return
				}
			}
		}, webhook.Delivered, ""},
		"breaking off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, webhook.Failed,
			"broke off"},
		"repeating": {func(rw http.ResponseWriter, r *http.Request) {
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = rw.Write([]byte("no hook at " + r.URL.String() + " " + r.Header.Get("webhook-signature")))
		}, webhook.Failed, "repeats a secret"},
		"saying why": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = rw.Write([]byte("invalid\n\x1b[31mpayload"))
		}, webhook.Failed, "invalid [31mpayload"},
		"hanging": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-over:
			}
		}, webhook.Failed, "no complete answer"},
	} {
		w.far.answers(c.answer)
		delivered, _, err := w.hooks.Test(t.Context(), ada, id)
		w.ok(err)
		d := w.log(id)[0]
		if d.State != c.want || delivered != (c.want == webhook.Delivered) || !strings.Contains(d.Answer, c.says) {
			t.Errorf("%s: %+v", name, d)
		}
		w.clock.Advance(time.Second)
	}
	close(over)
	if len(stranger.calls()) != 0 {
		t.Errorf("the redirect was followed: %+v", stranger.calls())
	}
	var all string
	w.ok(w.db.Read(t.Context()).Raw(`SELECT string_agg(t::text, ' ') FROM webhook_tries t`).Scan(&all).Error)
	if strings.Contains(all, "very-secret") || strings.Contains(all, "v1,") {
		t.Errorf("the log keeps a secret: %s", all)
	}
}

func TestWhileASigningSecretIsChangedBothSign(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	next, err := w.hooks.Rotate(t.Context(), ada, made.Webhook.ID)
	w.ok(err)
	w.tells(notify.NightFailed, "One.")
	w.work()
	if c := w.far.calls()[0]; !c.verifies(t, made.Signing) || !c.verifies(t, next) {
		t.Errorf("signed %q", c.signature)
	}
	w.clock.Advance(24 * time.Hour)
	w.tells(notify.NightFailed, "Two.")
	w.work()
	if c := w.far.calls()[1]; c.verifies(t, made.Signing) || !c.verifies(t, next) {
		t.Errorf("a day later signed %q", c.signature)
	}
	w.ok(w.hooks.Prune(t.Context()))
	marks, err := webhook.Marks(t.Context(), w.db.Read(t.Context()), made.Webhook.ID)
	w.ok(err)
	if marks[webhook.SigningBefore].Set() || !marks[webhook.Signing].Set() {
		t.Errorf("%+v", marks)
	}
}

func TestASecretStaysWithItsHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	other := newFar(t)
	edit := webhook.Input{Name: "Alerts", Shape: webhook.Standard, Choice: notify.Choice{From: notify.Bad},
		Version: 1,
		Address: distributor.Secret(other.URL)}
	_, err := w.hooks.Update(t.Context(), ada, made.Webhook.ID, edit)
	if !strings.Contains(errs.FieldsOf(err)["signing"], "given for "+w.far.URL) {
		t.Errorf("%v", err)
	}
	edit.NewSigning = true
	moved, err := w.hooks.Update(t.Context(), ada, made.Webhook.ID, edit)
	if err != nil || moved.Signing == "" || moved.Signing == made.Signing {
		t.Errorf("%+v, %v", moved, err)
	}
	if _, err = w.hooks.Update(t.Context(), ada, made.Webhook.ID, edit); !errors.Is(err, webhook.ErrStale) {
		t.Errorf("over a version that is gone: %v", err)
	}
	// Whoever writes into the database moves no secret to a host of theirs.
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE webhooks SET host = ?`, w.far.URL).Error)
	w.tells(notify.NightFailed, "One.")
	w.work()
	w.ok(w.db.Read(t.Context()).Exec(`UPDATE webhook_secrets SET sent_to = ?`, w.far.URL).Error)
	w.clock.Advance(time.Hour)
	w.work()
	if n := len(w.far.calls()) + len(other.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAWebhookThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, change := range map[string]func(*webhook.Input){
		"name":    func(in *webhook.Input) { in.Name = " " },
		"shape":   func(in *webhook.Input) { in.Shape = "fax" },
		"address": func(in *webhook.Input) { in.Address = "https://10.0.0.7/hook" },
		"from":    func(in *webhook.Input) { in.Choice.From = notify.Chosen },
		"signing": func(in *webhook.Input) { in.Signing = "whsec_short" },
	} {
		in := w.input()
		change(&in)
		if _, err := w.hooks.Create(t.Context(), ada, in); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, address := range []distributor.Secret{"", "ftp://a.example", "https://u:p@a.example/",
		"https://a.example/#x",
		"https://a.example/?a=%zz", "https://a.example/?a b", "https://[::1]/hook"} {
		in := w.input()
		in.Address = address
		if _, err := w.hooks.Create(t.Context(), ada, in); errs.FieldsOf(err)["address"] == "" {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestSlackAndTeamsGetTheirShapesWithWordsThatDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, shape := range []webhook.Shape{webhook.Slack, webhook.Teams} {
		in := w.input()
		in.Name, in.Shape = string(shape), shape
		w.create(in)
	}
	w.tells(notify.NightFailed, "<!channel> [click](https://evil.example) *now*")
	w.work()
	seen := map[string]bool{}
	for _, c := range w.far.calls() {
		m := read(t, c.body)
		switch {
		case m["blocks"] != nil:
			seen["slack"] = true
			section := m["blocks"].([]any)[1].(map[string]any)["text"].(map[string]any)
			if section["type"] != "plain_text" || strings.Contains(m["text"].(string), "<") {
				t.Errorf("%s", c.body)
			}
		case m["attachments"] != nil:
			seen["teams"] = true
			a := m["attachments"].([]any)[0].(map[string]any)
			if m["type"] != "message" || a["contentType"] != "application/vnd.microsoft.card.adaptive" ||
				strings.Contains(c.body, `"TextBlock"`) {
				t.Errorf("%s", c.body)
			}
		}
		if c.signature != "" {
			t.Errorf("signed: %s", c.signature)
		}
	}
	if !seen["slack"] || !seen["teams"] {
		t.Errorf("%v", w.far.calls())
	}
}

// TestSeveralProcessesLoseNothing has three processes share what is due, beside a receiver that fails every third
// call.
func TestSeveralProcessesLoseNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	var mu sync.Mutex
	calls := 0
	w.far.answers(func(rw http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls%3 == 0 {
			rw.WriteHeader(http.StatusBadGateway)
		}
	})
	want := map[string]bool{}
	for range 20 {
		want[w.tells(notify.NightFailed, "One of many.").String()] = true
	}
	processes := []*webhook.Service{w.hooks, w.process("two", w.hooks.Sealer, w.far),
		w.process("three", w.hooks.Sealer, w.far)}
	for range 20 {
		var all sync.WaitGroup
		for _, p := range processes {
			all.Go(func() {
				if err := p.Work(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.clock.Advance(6 * time.Minute)
	}
	for _, d := range w.log(made.Webhook.ID) {
		if d.State != webhook.Delivered {
			t.Errorf("%+v", d)
		}
		delete(want, d.ID.String())
	}
	if len(want) != 0 {
		t.Errorf("never queued: %v", want)
	}
}

// TestATryThatWasOvertakenPutsNothingBack lets a process come back late, when another has delivered meanwhile.
func TestATryThatWasOvertakenPutsNothingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	id := w.tells(notify.NightFailed, "One.")
	arrived, goOn := make(chan struct{}), make(chan struct{})
	w.far.answers(func(rw http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-goOn
		rw.WriteHeader(http.StatusInternalServerError)
	})
	late := make(chan error, 1)
	go func() { late <- w.hooks.Work(t.Context()) }()
	<-arrived
	w.far.answers(code(http.StatusOK))
	other := w.process("two", w.hooks.Sealer, w.far)
	w.ok(other.Work(t.Context())) // it is in hand
	if n := len(w.far.calls()); n != 1 {
		t.Fatalf("%d calls", n)
	}
	w.lapse()
	w.ok(other.Work(t.Context()))
	close(goOn)
	w.ok(<-late)
	got := w.far.calls()
	d := w.log(made.Webhook.ID)[0]
	if len(got) != 2 || got[1].id != id.String() || d.State != webhook.Delivered || d.Attempt != 2 {
		t.Errorf("%d calls, %+v", len(got), d)
	}
}

// lapse lets all leases run out.
func (w *world) lapse() {
	w.Helper()
	w.ok(w.db.Read(w.Context()).Exec(`UPDATE webhook_deliveries SET held_until = clock_timestamp() - interval '1 s'
		WHERE held_until IS NOT NULL`).Error)
}

func TestARemovedWebhookLeavesNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(w.input())
	w.tells(notify.NightFailed, "One.")
	w.work()
	w.ok(w.hooks.Remove(t.Context(), ada, made.Webhook.ID))
	var left int
	w.ok(w.db.Read(t.Context()).Raw(`SELECT count(*) FROM webhook_secrets`).Scan(&left).Error)
	if left != 0 {
		t.Errorf("%d secrets are left", left)
	}
	if err := w.hooks.Again(t.Context(), ada, made.Webhook.ID, uuid.New()); errs.KindOf(err) != errs.NotFound {
		t.Error(err)
	}
}

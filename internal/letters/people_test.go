package letters_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/letters"
	"seatledger/internal/mail"
	"seatledger/internal/notify"
	"seatledger/internal/settings"
	"seatledger/internal/testkit/mailpit"
)

// person makes a user of the database and gives who they are.
func (w *world) person(name string) audit.Actor {
	w.Helper()
	id := uuid.Must(uuid.NewV7())
	w.Exec(`INSERT INTO users (id, name, email, password_hash, role, active, created_at, updated_at)
		VALUES (?, ?, ?, 'x', 'viewer', true, ?, ?)`, id, name, strings.ToLower(name)+"@reseller.example",
		w.Clock.Now(),
		w.Clock.Now())
	return audit.Actor{ID: id, Name: name}
}

func atOnce(from notify.Severity) letters.WishInput {
	return letters.WishInput{Choice: notify.Choice{From: from}, DailyAt: "08:00", QuietFrom: "20:00",
		QuietUntil: "07:00",
		Zone:       "America/New_York"}
}

func (w *world) wishes(who audit.Actor, in letters.WishInput) {
	w.Helper()
	w.must(w.letters.SaveWish(w.Context(), who, who.ID, in))
}

func (w *world) tells(kind notify.Kind, text string) {
	w.Helper()
	w.must(notify.Record(w.Context(), w.DB.Read(w.Context()), w.Clock, notify.Event{Kind: kind,
		ObjectType: "sync_run",
		ObjectName: "Accounts", Provider: "Stellr East", Text: text}))
}

// at puts the clock to a moment in New York.
func (w *world) at(text string) {
	w.Helper()
	zone, err := time.LoadLocation("America/New_York")
	w.must(err)
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	w.must(err)
	w.Clock.Set(at)
}

// tellPeople lets three processes look, and the mail go out.
func (w *world) tellPeople() {
	w.Helper()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := w.letters.TellPeople(w.Context()); err != nil {
				w.Error(err)
			}
		})
	}
	all.Wait()
	w.must(w.mail.Work(w.Context()))
}

// to are the texts of the mails that somebody got.
func (w *world) to(name string) []string {
	var out []string
	for _, m := range w.far.Messages() {
		if m.To[0].Address == strings.ToLower(name)+"@reseller.example" {
			out = append(out, m.Subject)
		}
	}
	return out
}

func TestEachPersonIsMailedWhatAndWhenTheyChose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	w.at("2026-03-02 18:00")
	w.tells(notify.NightFailed, "Before anybody asked.")
	w.Clock.Advance(time.Minute)
	now, daily, picky, off := w.person("Nora"), w.person("Dan"), w.person("Pia"), w.person("Olga")
	quiet := atOnce(notify.Warn)
	quiet.Quiet = true
	w.wishes(now, quiet)
	once := atOnce(notify.Info)
	once.Daily = true
	w.wishes(daily, once)
	only := atOnce(notify.Chosen)
	only.Choice.Kinds = []notify.Kind{notify.Paused}
	w.wishes(picky, only)
	w.wishes(off, atOnce(notify.Info))
	w.person("Vera") // said nothing
	w.Exec(`UPDATE users SET active = false WHERE id = ?`, off.ID)

	w.tells(notify.NightFailed, "It failed.")
	w.tells(notify.Paused, "It paused.")
	w.tellPeople()
	if n := len(w.far.Messages()); n != 0 {
		t.Errorf("before two minutes: %d mails", n)
	}
	w.Clock.Advance(2 * time.Minute)
	w.tellPeople()
	w.tellPeople()
	if len(w.to("Nora")) != 1 || len(w.to("Pia")) != 1 || len(w.to("Dan")) != 0 {
		t.Fatalf("Nora %q, Pia %q, Dan %q", w.to("Nora"), w.to("Pia"), w.to("Dan"))
	}
	if s := w.to("Pia")[0]; s != "Seatledger: Paused by the distributor, Stellr East" {
		t.Error(s)
	}

	w.at("2026-03-02 23:30") // Nora sleeps
	w.tells(notify.NightMissed, "It was missed.")
	w.at("2026-03-03 06:59")
	w.tellPeople()
	if len(w.far.Messages()) != 2 {
		t.Errorf("somebody was woken: %q %q", w.to("Nora"), w.to("Dan"))
	}
	w.at("2026-03-03 07:00")
	w.tellPeople()
	w.at("2026-03-03 08:00")
	w.tellPeople()
	w.tellPeople()
	if len(w.to("Nora")) != 2 || len(w.to("Dan")) != 1 || len(w.to("Olga"))+len(w.to("Vera")) != 0 {
		t.Errorf("Nora %q, Dan %q", w.to("Nora"), w.to("Dan"))
	}
}

func TestAMailToSomebodyWhoWasDisabledMeanwhileIsWithdrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	nora := w.person("Nora")
	w.wishes(nora, atOnce(notify.Info))
	w.tells(notify.NightFailed, "It failed.")
	w.Clock.Advance(3 * time.Minute)
	w.must(w.letters.TellPeople(t.Context()))
	w.Exec(`UPDATE users SET active = false WHERE id = ?`, nora.ID)
	w.must(w.mail.Work(t.Context()))
	if s := w.Text(`SELECT state FROM mails`); s != string(mail.Withdrawn) || len(w.far.Messages()) != 0 {
		t.Errorf("%s, %d sent", s, len(w.far.Messages()))
	}
}

func TestAWishThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailpit.Options{})
	nora := w.person("Nora")
	for field, change := range map[string]func(*letters.WishInput){
		"from":        func(in *letters.WishInput) { in.Choice.From = "loud" },
		"daily_at":    func(in *letters.WishInput) { in.DailyAt = "8 in the morning" },
		"quiet_until": func(in *letters.WishInput) { in.Quiet, in.QuietUntil = true, in.QuietFrom },
		"zone":        func(in *letters.WishInput) { in.Zone = "../etc/passwd" },
	} {
		in := atOnce(notify.Bad)
		change(&in)
		if err := w.letters.SaveWish(t.Context(), nora, nora.ID, in); errs.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	w.wishes(nora, atOnce(notify.Bad))
	if err := w.letters.SaveWish(t.Context(), nora, nora.ID, atOnce(notify.Info)); !errors.Is(err, settings.ErrStale) {
		t.Errorf("over a version that is gone: %v", err)
	}
}

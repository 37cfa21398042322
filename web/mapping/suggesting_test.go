package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/audit"
)

// TestAPersonSeesHowFarSuggestionsAre walks a run through its states: the queue tells each, and can be used.
func TestAPersonSeesHowFarSuggestionsAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North & Sons")
	account := w.account(p, "1", towns(1)[0])
	w.customer(towns(1)[0])
	run, err := w.App.Mapping.Request(t.Context(), audit.System, p)
	if err != nil {
		t.Fatal(err)
	}
	c := w.operator()
	for _, x := range []struct{ set, want string }{
		{`state = 'queued'`, "Waiting for a worker"},
		{`state = 'running'`, "Reading both sides"},
		{`accounts = 3000, compared = 1200`, "Comparing: 1,200 of 3,000"},
		{`compared = 3000, mapped = 14`, "14 accounts mapped"},
		{`suggested = 1200`, "Suggesting: 1,200 of 3,000"},
	} {
		w.exec(`UPDATE suggestion_runs SET `+x.set+` WHERE id = ?`, run)
		page := c.Get("/mapping").Shows("Suggestions for North & Sons", x.want, "Not looked at yet")
		src, _ := page.Doc().Find("sl-progress").Attr("data-src")
		if src != "/mapping/suggestions/"+run.String()+"/events" {
			t.Errorf("it listens at %q", src)
		}
	}
	c.Post("/mapping/"+account.String()+"/snooze", map[string][]string{"days": {"7"}, "version": {"1"}}).Next()
	if n := w.value(`SELECT count(*)::text FROM mapping_snoozes`); n != "1" {
		t.Error("the queue cannot be used meanwhile")
	}
	w.exec(`UPDATE suggestion_runs SET state = 'failed', finished_at = now(), message = 'The disk is full.'`)
	c.Get("/mapping").Shows("Suggestions for North & Sons could not be made", "The disk is full.", "tried again")
	stream := string(c.Look("/mapping/suggestions/" + run.String() + "/events").Body)
	if !strings.Contains(stream, `"final":true`) || !strings.Contains(stream, `"stay":true`) {
		t.Errorf("the stream ends with %s", stream)
	}
	if got := c.Look("/mapping/suggestions/" + uuid.NewString() + "/events").Status; got != 404 {
		t.Errorf("a run that is none: %d", got)
	}
	w.exec(`UPDATE suggestion_runs SET state = 'succeeded', message = ''`)
	if text := c.Get("/mapping").Text(); strings.Contains(text, "Suggestions for North") {
		t.Error("a run that has ended well is still told")
	}
}

package crmsource_test

import (
	"errors"
	"testing"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crmsource"
)

func TestATryThatWasRolledBackTakesNoRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.request()
	cancelled := false
	late := *w.Service
	late.DB = w.db.Overtaken("crm_source_runs", func() error {
		cancelled = true
		return w.Cancel(t.Context(), ada, w.source.ID, r.ID)
	})
	late.Open = func(dataverse.Config) (*dataverse.Client, error) {
		t.Error("the CRM was asked for a run that had ended")
		return nil, errors.New("not now")
	}
	if err := late.Execute(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.state(r.ID); !cancelled || got.State != crmsource.Cancelled || got.Attempt != 0 {
		t.Errorf("cancelled between the tries: %v; then %s, attempt %d", cancelled, got.State, got.Attempt)
	}
}

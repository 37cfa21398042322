package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/listing"
	"seatledger/internal/provider"
	"seatledger/internal/testkit/listtest"
)

func (r *room) rows(search, sort string, values listing.Values) []provider.Row {
	r.Helper()
	return listtest.Rows(r, r.DB, provider.All, listtest.Asked{Search: search, Sort: sort, Values: values, Size: 2})
}

func (r *room) names(search, sort string, values listing.Values) []string {
	r.Helper()
	var names []string
	for _, p := range r.rows(search, sort, values) {
		names = append(names, p.Name)
	}
	return names
}

// several makes one provider per connectivity, named after it.
func several(r *room) {
	for i, word := range []provider.Connectivity{provider.Unverified, provider.Verified, provider.Warning,
		provider.CheckFailed, provider.Stale} {
		p := r.create(with(good(), func(in *provider.Input) {
			in.Name, in.ResellerNumber = string(word),
				fmt.Sprint(100+i)
		}))
		result := map[provider.Connectivity]string{provider.Warning: "warning", provider.CheckFailed: "failed"}[word]
		if result == "" {
			result = "passed"
		}
		at := r.clock.Now().Add(time.Duration(i) * time.Minute)
		if word == provider.Stale {
			at = r.clock.Now().Add(-time.Hour)
		}
		if word != provider.Unverified {
			r.exec(`UPDATE providers SET checked_at = ?, check_result = ? WHERE id = ?`, at, result, p.ID)
		}
	}
	r.create(provider.Input{Connector: distributor.Manual, Name: string(provider.NotApplicable)})
}

func TestTheFilterByConnectivitySaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	several(r)
	for _, name := range r.names("", "name", nil) {
		if diff := cmp.Diff([]string{name}, r.names("", "name", listing.Values{"connectivity": name})); diff != "" {
			t.Error(diff)
		}
	}
	rows := r.rows("", "", nil)
	for _, p := range rows {
		if string(p.Connectivity()) != p.Name {
			t.Errorf("%s is %s on the page", p.Name, p.Connectivity())
		}
	}
}

func TestTheListIsSearchedFilteredAndSorted(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	several(r)
	old := r.create(legacy())
	if err := r.Deactivate(t.Context(), r.by, old.ID); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		search string
		values listing.Values
		sort   string
		want   []string
	}{
		"search in any case":     {"WS.synnex", nil, "", []string{"Northwind legacy"}},
		"search by reseller":     {"102", nil, "", []string{"warning"}},
		"a percent is a percent": {"%", nil, "", nil},
		"inactive":               {"", listing.Values{"active": "false"}, "", []string{"Northwind legacy"}},
		"connector":              {"", listing.Values{"connector": distributor.Manual}, "", []string{"not_applicable"}},
		"checked, the oldest": {"", listing.Values{"connector": distributor.Stellr}, "checked_at",
			[]string{"stale", "verified", "warning", "failed", "unverified"}},
		"checked, the newest last": {"", listing.Values{"connector": distributor.Stellr}, "-checked_at",
			[]string{"unverified", "failed", "warning", "verified", "stale"}},
		"name, backwards": {"", listing.Values{"active": "true"}, "-name",
			[]string{"warning", "verified", "unverified", "stale", "not_applicable", "failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, r.names(c.search, c.sort, c.values)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFiguresCountEveryState(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	for i := range 3 {
		r.account(p.ID, fmt.Sprint("c", i))
	}
	r.exec(`UPDATE provider_accounts SET state = 'excluded' WHERE external_id = 'c2'`)
	f, err := provider.FiguresOf(t.Context(), r.DB.Read(t.Context()), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(provider.Figures{Unmapped: 2, Excluded: 1}, f); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadableRecordsAreListedUntilTheyAreResolved(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	for i := range 3 {
		r.exec(`INSERT INTO unreadable_records (id, provider_id, external_id, what, reason, raw, first_seen,
			resolved_at) VALUES (?, ?, ?, 'account', 'No id.', '{', ?, ?)`,
			uuid.Must(uuid.NewV7()), p.ID, fmt.Sprint(i), r.clock.Now().Add(time.Duration(i)*time.Hour),
			map[bool]any{true: r.clock.Now(), false: nil}[i == 0])
	}
	rows, total, err := provider.UnreadableRecords(t.Context(), r.DB.Read(t.Context()), p.ID, 1)
	if err != nil || total != 2 || len(rows) != 1 || rows[0].ExternalID != "2" {
		t.Errorf("%+v of %d, %v", rows, total, err)
	}
}

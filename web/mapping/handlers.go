// Package mapping is the mapping queue: one account after the other beside its
// candidates, the queue as a list, many accepted at once, and who decided what.
package mapping

import (
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/account"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/mapping"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// Handlers answers the routes of the mapping queue.
type Handlers struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Mapping *mapping.Service
	Works   *selection.Service
	// Sessions tells whether a session would still be let in.
	Sessions *session.Manager
}

const (
	path = at.Mapping
	nav  = "Mapping"
)

func mayMap(c echo.Context) bool { return auth.Allowed(session.User(c).Role, auth.Operator) }

func accountPath(id uuid.UUID) string { return at.Account(id) }

func crmPath(id uuid.UUID) string { return at.CRMAccount(id) }

func (h Handlers) today() clock.Date { return clock.DateOf(h.Clock.Now(), h.Zone) }

// where is the part of the queue that a page shows; it goes with every link and form.
type where struct {
	provider string
	show     string
	band     string
	search   string
}

var (
	shelves = map[string]mapping.Shelf{"": mapping.ToDecide, "open": mapping.ToDecide, "snoozed": mapping.Snoozed,
		"no_match": mapping.NoMatch}
	bands = map[string]string{"": "", "certain": "certain", "likely": "likely", "unclear": "unclear",
		"none": mapping.NoBand}
)

// values is what links and forms give, of either kind.
type values interface{ Get(name string) string }

// readWhere reads the part of the queue; errs.Invalid for a word that is none.
func readWhere(v values) (where, error) {
	w := where{provider: v.Get("provider"), show: v.Get("show"), band: v.Get("band"), search: v.Get("q")}
	f := errs.Fields{}
	if _, err := uuid.Parse(w.provider); w.provider != "" && err != nil {
		f.Add("provider", "Provider: this is not one of the choices.")
	}
	if _, known := shelves[w.show]; !known {
		f.Add("show", "Show: this is not one of the choices.")
	}
	if _, known := bands[w.band]; !known {
		f.Add("band", "Confidence: this is not one of the choices.")
	}
	if len(w.search) > 200 {
		f.Add("q", "The search is longer than 200 characters.")
	}
	return w, f.Err()
}

func (w where) providerID() uuid.UUID {
	id, _ := uuid.Parse(w.provider)
	return id
}

func (w where) filter(today clock.Date) mapping.QueueFilter {
	return mapping.QueueFilter{ProviderID: w.providerID(), Shelf: shelves[w.show], Band: bands[w.band],
		Search: w.search, Today: today}
}

// link is an address with the part of the queue and further parameters, names and values in turn.
func (w where) link(to string, pairs ...string) string {
	v := url.Values{}
	for _, p := range w.pairs() {
		v.Set(p.Name, p.Value)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Del(pairs[i])
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return (&url.URL{Path: to, RawQuery: v.Encode()}).String()
}

func (w where) pairs() []ui.Pair {
	var out []ui.Pair
	for _, p := range []ui.Pair{{Name: "provider", Value: w.provider}, {Name: "show", Value: w.show},
		{Name: "band", Value: w.band}, {Name: "q", Value: w.search}} {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

func (w where) at(id uuid.NullUUID) string {
	if !id.Valid {
		return w.link(path)
	}
	return w.link(path, "at", id.UUID.String())
}

func id(c echo.Context) (uuid.UUID, error) { return httpx.ID(c, "id") }

func versionPair(v int) ui.Pair { return ui.Pair{Name: "version", Value: strconv.Itoa(v)} }

func nameOf(a account.Account) string {
	if a.Name == "" {
		return a.ExternalID
	}
	return a.Name
}

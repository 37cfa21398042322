package crmsource

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/crm"
	"seatledger/internal/crm/dataverse"
	"seatledger/internal/settings"
)

// plan is what a reading means, compared with what is known.
type plan struct {
	r         reading
	known     map[string]Record
	people    people
	items     []item
	gone      map[string]string // external id -> why
	namesakes int
	share     int // percent that may go at once
}

// item is one account that has to be looked at.
type item struct {
	account dataverse.Account
	before  *Record
	adopt   uuid.UUID // a CRM account that has this one's id or number already
	domains []string
	silent  []string
}

func (w *worker) plan(ctx context.Context, r reading) (plan, error) {
	db := w.s.DB.Read(ctx)
	p := plan{r: r, gone: map[string]string{}}
	set, err := settings.Load(ctx, db)
	if err != nil {
		return p, err
	}
	p.share = int(set.GoneShare*100 + 0.5)
	if p.known, err = storedRecords(db, w.source.ID); err != nil {
		return p, err
	}
	was, err := storedContacts(db, w.source.ID)
	if err != nil {
		return p, err
	}
	p.people = peopleAfter(was, r, p.tooMany)
	here, err := crm.ByExternalID(db)
	if err != nil {
		return p, err
	}
	names, err := crm.Names(db)
	if err != nil {
		return p, err
	}
	p.compare(w.source, here, names)
	p.findGone()
	return p, nil
}

// tooMany asks the set share. A single one is never too many: a small reseller loses a customer now and then.
func (p *plan) tooMany(gone, of int) bool { return gone > 1 && gone*100 > of*p.share }

func (p *plan) compare(src Source, here map[string]uuid.UUID, names map[string]int) {
	accounts := p.toLookAt()
	domains := p.people.domains()
	adopt := p.adoptable(accounts, here)
	for _, a := range accounts {
		it := item{account: a, adopt: adopt[a.ID], domains: domains[a.ID]}
		if before, ok := p.known[a.ID]; ok {
			it.before = &before
		}
		if src.TenantColumn == "" {
			it.silent = append(it.silent, "tenant_id")
		}
		if p.r.contactsWhy != "" {
			it.silent = append(it.silent, "email_domains")
		}
		if it.brandNew() && !a.Inactive && names[strings.ToLower(a.Name)] > 0 {
			p.namesakes++
		}
		p.items = append(p.items, it)
	}
}

// toLookAt are the accounts that were read, and those whose contacts have moved, once each.
func (p *plan) toLookAt() []dataverse.Account {
	byID := map[string]dataverse.Account{}
	for _, a := range p.r.accounts.Records {
		byID[a.ID] = a
	}
	for id := range p.people.moved() {
		before, known := p.known[id]
		if _, read := byID[id]; read || !known || before.Status == GoneThere {
			continue
		}
		a := dataverse.Account{}
		if json.Unmarshal(before.Facts, &a) == nil && a.ID == id {
			byID[id] = a
		}
	}
	out := make([]dataverse.Account, 0, len(byID))
	for _, a := range byID {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b dataverse.Account) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// adoptable pairs accounts that are new to us with CRM accounts that have their id or
// number as external id. A number that two of them have decides nothing.
func (p *plan) adoptable(accounts []dataverse.Account, here map[string]uuid.UUID) map[string]uuid.UUID {
	fed, numbers := map[uuid.UUID]bool{}, map[string]int{}
	for _, k := range p.known {
		if k.CRMAccountID.Valid {
			fed[k.CRMAccountID.UUID] = true
		}
	}
	for _, a := range accounts {
		numbers[a.Number]++
	}
	out := map[string]uuid.UUID{}
	for _, a := range accounts {
		if k, ok := p.known[a.ID]; ok && k.CRMAccountID.Valid {
			continue
		}
		for _, key := range []string{a.ID, strings.ToUpper(a.ID), "{" + strings.ToUpper(a.ID) + "}", a.Number} {
			id, ok := here[key]
			if ok && key != "" && !fed[id] && (key != a.Number || numbers[key] == 1) {
				out[a.ID], fed[id] = id, true
				break
			}
		}
	}
	return out
}

// findGone says which records are no longer at the source: deleted by a reading of
// changes, or lacking in a complete reading of everything.
func (p *plan) findGone() {
	for id, reason := range p.r.accounts.Deleted {
		p.goes(id, "Deleted at the source ("+reason+").")
	}
	if !p.r.whole || p.r.accounts.Bad > 0 {
		return
	}
	listed := map[string]bool{}
	for _, a := range p.r.accounts.Records {
		listed[a.ID] = true
	}
	for id := range p.known {
		if !listed[id] {
			p.goes(id, "Missing from a complete reading of the source.")
		}
	}
}

func (p *plan) goes(id, why string) {
	if k, ok := p.known[id]; ok && k.there() {
		p.gone[id] = why
	}
}

// there tells whether a record was at the source when it was read last.
func (r Record) there() bool { return r.Status == ActiveThere || r.Status == InactiveThere }

func (it item) brandNew() bool {
	return it.adopt == uuid.Nil && (it.before == nil || !it.before.CRMAccountID.Valid)
}

// guard stops a run before it writes anything when too much would be gone.
func (p *plan) guard(run Run, src Source) (outcome, bool) {
	there := 0
	for _, k := range p.known {
		if k.there() {
			there++
		}
	}
	switch {
	case p.r.whole && len(p.r.accounts.Records) == 0 && there > 0:
		return outcome{Stopped, fmt.Sprintf("The source listed no accounts at all, where %d were known. "+
			"Nothing was changed.", there),
			"Check that the application user's security role still reads the accounts of the whole organisation."}, true
	case run.AllowGone || len(p.gone) == 0:
		return outcome{}, false
	case src.CompareFirst:
		return outcome{Stopped, fmt.Sprintf("The organisation's URL was changed, and %d of %d known accounts are not "+
			"there: %s. Nothing was changed.", len(p.gone), there, p.goneNames()),
			"Check that the new address is the same organisation. " +
				"If these accounts are really gone, say so and it is read again; " +
				"if it is another organisation, make a new source."}, true
	case p.tooMany(len(p.gone), there):
		return outcome{Stopped, fmt.Sprintf("%d of %d known accounts would be gone, more than the share of %d %% "+
			"that may go at once: %s. Nothing was changed.", len(p.gone), there, p.share, p.goneNames()),
			"Look in the CRM whether these accounts were really deleted, and whether the application user still " +
				"reads the whole organisation. If they are gone, say so and it is read again."}, true
	}
	return outcome{}, false
}

const namesShown = 12

// goneNames lets a person look in the CRM before agreeing.
func (p *plan) goneNames() string {
	var names []string
	for id := range p.gone {
		names = append(names, p.known[id].Name)
	}
	slices.Sort(names)
	if more := len(names) - namesShown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:namesShown], ", "), more)
	}
	return strings.Join(names, ", ")
}

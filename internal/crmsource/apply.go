package crmsource

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/crm"
	"seatledger/internal/runs"
)

const atOnce = 500 // accounts a transaction

// apply brings in what was read, some hundred accounts a transaction, and saves where
// the next reading goes on with the last of it. Cut short, the next run does the rest.
func (w *worker) apply(ctx context.Context, r reading) (runs.Outcome, error) {
	p, err := w.plan(ctx, r)
	if err != nil {
		return runs.Outcome{}, err
	}
	if out, stop := p.guard(w.run, w.source); stop {
		return runs.Outcome{State: out.state, Message: out.message, Advice: out.advice}, nil
	}
	w.run.Counts = Counts{Accounts: len(r.accounts.Records) + len(r.accounts.Deleted),
		Contacts: len(r.contacts.Records), Refused: r.accounts.Bad}
	w.run.ReadHow = "changes"
	if r.whole {
		w.run.ReadHow = "whole"
	}
	for some := range slices.Chunk(p.items, atOnce) {
		counts := w.run.Counts
		err := w.hold.InTx(ctx, func(tx *gorm.DB) error {
			w.run.Counts = counts // a transaction that is repeated counts anew
			if err := w.takeIn(tx, some); err != nil {
				return err
			}
			return errors.Join(w.saveCounts(tx), w.hold.Progressed(tx))
		})
		if err != nil {
			return runs.Outcome{}, err
		}
	}
	w.run.Gone = len(p.gone)
	out := w.result(p)
	return runs.Outcome{State: out.state, Message: out.message, Advice: out.advice,
		Also: func(tx *gorm.DB) error { return w.finish(tx, p) }}, nil
}

func (w *worker) takeIn(tx *gorm.DB, items []item) error {
	var from []crm.FromSource
	var which []int
	for i, it := range items {
		if it.account.Inactive && it.brandNew() {
			continue
		}
		which = append(which, i)
		from = append(from, it.said())
	}
	taken, err := w.s.CRM.TakeIn(tx, w.source.origin(w.s.Clock.Now()), from)
	if err != nil {
		return err
	}
	became := make([]*crm.Taken, len(items))
	for i, t := range taken {
		became[which[i]] = &t
	}
	var changed []Record
	for i, it := range items {
		r, err := w.recordOf(it, became[i])
		if err != nil {
			return err
		}
		if it.before == nil || !r.same(*it.before) {
			changed = append(changed, r)
		}
	}
	w.run.Applied += len(items)
	return saveRecords(tx, w.source.ID, changed)
}

// said is what the source says of an account, in our words.
func (it item) said() crm.FromSource {
	a := it.account
	f := crm.FromSource{Account: it.adopt, Silent: it.silent, Facts: crm.Facts{
		ExternalID: a.ID, Name: a.Name, Website: a.Website, EmailDomains: strings.Join(it.mailDomains(), " "),
		TenantID: a.TenantID,
		Street:   a.Street, City: a.City, State: a.State, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone,
	}}
	if it.before != nil && it.before.CRMAccountID.Valid {
		f.Account = it.before.CRMAccountID.UUID
	}
	return f
}

const mostDomains = 50 // that an account may have

func (it item) mailDomains() []string {
	out := it.domains
	if own := it.account.MailDomain; own != "" && !slices.Contains(out, own) {
		out = append([]string{own}, out...)
	}
	return out[:min(len(out), mostDomains)]
}

// recordOf is what is remembered of an account, and counts what became of it.
func (w *worker) recordOf(it item, t *crm.Taken) (Record, error) {
	doc, err := json.Marshal(it.account)
	if err != nil {
		return Record{}, err
	}
	r := Record{ExternalID: it.account.ID, Name: it.account.Name, AccountNumber: it.account.Number, Facts: doc,
		Status: ActiveThere, StatusSince: w.s.Clock.Now()}
	if it.account.Inactive {
		r.Status = InactiveThere
	}
	if it.before != nil {
		r.CRMAccountID = it.before.CRMAccountID
	}
	switch {
	case t == nil:
		w.run.Skipped++
	case t.Refused != "":
		r.Status, r.Note = RefusedHere, t.Refused
		w.run.Refused++
	default:
		r.CRMAccountID = uuid.NullUUID{UUID: t.Account, Valid: true}
		r.Note = strings.Join(t.Notes, " ")
		w.count(t)
	}
	if it.before != nil && it.before.Status == r.Status {
		r.StatusSince = it.before.StatusSince
	}
	return r, nil
}

func (w *worker) count(t *crm.Taken) {
	switch {
	case t.Made:
		w.run.Added++
	case t.Changed:
		w.run.Changed++
	default:
		w.run.Unchanged++
	}
	if len(t.Kept) > 0 {
		w.run.Kept++
	}
}

func (r Record) same(o Record) bool {
	return r.CRMAccountID == o.CRMAccountID && r.Name == o.Name && r.AccountNumber == o.AccountNumber &&
		r.Status == o.Status && r.Note == o.Note && sameDocument(r.Facts, o.Facts)
}

// sameDocument compares without regard to how the database writes a document.
func sameDocument(a, b json.RawMessage) bool {
	var x, y map[string]any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return bytes.Equal(a, b)
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

// together is what all attempts came to: what an earlier one brought in, this one finds as it is.
func (w *worker) together() Counts {
	c, e := w.run.Counts, w.earlier
	c.Added, c.Changed = c.Added+e.Added, c.Changed+e.Changed
	c.Unchanged = max(0, c.Unchanged-e.Added-e.Changed)
	return c
}

func (w *worker) saveCounts(tx *gorm.DB) error {
	c := w.together()
	return tx.Exec(`UPDATE crm_source_runs
		SET read_how = ?, accounts = ?, contacts = ?, applied = ?, added = ?, changed = ?, unchanged = ?, gone = ?,
			kept = ?, skipped = ?, refused = ? WHERE id = ?`,
		w.run.ReadHow, c.Accounts, c.Contacts, c.Applied, c.Added, c.Changed, c.Unchanged, c.Gone, c.Kept, c.Skipped,
		c.Refused, w.run.ID).Error
}

// finish marks what is gone, keeps the contacts' domains and saves where the next reading
// goes on, in the transaction that ends the run, so that they are never apart.
func (w *worker) finish(tx *gorm.DB, p plan) error {
	if err := saveRecords(tx, w.source.ID, p.goneRecords(w)); err != nil {
		return err
	}
	if err := p.people.save(tx, w.source.ID); err != nil {
		return fmt.Errorf("contacts of crm source: %w", err)
	}
	if err := w.saveCounts(tx); err != nil {
		return err
	}
	if err := w.saveDeltas(tx, p); err != nil {
		return err
	}
	c := w.together()
	if c.Added+c.Changed+c.Gone == 0 {
		return nil
	}
	return audit.Record(tx.Statement.Context, tx, w.s.Clock, audit.System,
		audit.Event{Action: "crm_source.read", ObjectType: "crm_source", ObjectID: w.source.ID.String(),
			ObjectName: w.source.Name,
			After: map[string]any{"run": w.run.ID, "asked_by": w.run.RequestedBy, "added": c.Added,
				"changed": c.Changed, "gone": c.Gone}})
}

func (p *plan) goneRecords(w *worker) []Record {
	var out []Record
	for id, why := range p.gone {
		r := p.known[id]
		r.Status, r.StatusSince, r.Note = GoneThere, w.s.Clock.Now(), why
		out = append(out, r)
	}
	return out
}

// saveDeltas keeps the links only of readings that were complete: what a reading could not
// read has to come again.
func (w *worker) saveDeltas(tx *gorm.DB, p plan) error {
	now := w.s.Clock.Now()
	accounts, contacts := p.r.accounts.Delta, p.r.contacts.Delta
	if p.r.accounts.Bad > 0 {
		accounts = ""
	}
	if p.r.contacts.Bad > 0 || p.people.why != "" || p.r.contactsWhy != "" {
		contacts = ""
	}
	// The settings may have been edited meanwhile: then the links are not theirs.
	return tx.Exec(`UPDATE crm_sources SET accounts_delta = ?, contacts_delta = ?, compare_first = false, read_at = ?,
			read_whole_at = CASE WHEN ? THEN ?::timestamptz ELSE read_whole_at END WHERE id = ? AND credentials_at = ?`,
		accounts, contacts, now, p.r.whole, now, w.source.ID, w.source.CredentialsAt).Error
}

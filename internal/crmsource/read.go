package crmsource

import (
	"context"
	"errors"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/distributor"
)

// reading is all that a run has learnt, before anything of it is applied.
type reading struct {
	whole         bool // of the accounts: only then may absence count
	accounts      dataverse.Listing[dataverse.Account]
	contacts      dataverse.Listing[dataverse.Contact]
	contactsWhole bool
	contactsWhy   string // why the contacts could not be read; empty: they were
}

// orNone gives an error to look into where there is none.
func orNone(err error) error {
	if err == nil {
		return &distributor.Error{}
	}
	return err
}

func (w *worker) readAll(ctx context.Context) (reading, error) {
	r := reading{}
	var err error
	delta := w.source.AccountsDelta
	if w.run.Whole || w.source.CompareFirst {
		delta = ""
	}
	r.whole = delta == ""
	r.accounts, err = w.client.Accounts(ctx, delta, func(n int) { w.read.Store(int64(n)) })
	if errors.Is(err, dataverse.ErrExpired) {
		r.whole = true
		r.accounts, err = w.client.Accounts(ctx, "", func(n int) { w.read.Store(int64(n)) })
	}
	if err != nil {
		return r, err
	}
	return r, w.readContacts(ctx, &r)
}

// readContacts goes without them where they may not be read: customers then have fewer
// mail domains, and keep those that they have.
func (w *worker) readContacts(ctx context.Context, r *reading) error {
	delta := w.source.ContactsDelta
	if r.whole {
		delta = ""
	}
	count := func(n int) { w.persons.Store(int64(n)) }
	var err error
	r.contactsWhole = delta == ""
	r.contacts, err = w.client.Contacts(ctx, delta, count)
	if errors.Is(err, dataverse.ErrExpired) {
		r.contactsWhole = true
		r.contacts, err = w.client.Contacts(ctx, "", count)
	}
	if e := distributor.AsError(orNone(err)); err != nil && e.Kind == distributor.NotPermitted {
		r.contactsWhy = e.Message
		return nil
	}
	return err
}

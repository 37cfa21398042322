package crmsource

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/crm/dataverse"
)

// people are a source's contacts as they stand after a reading: whose mail domain each tells.
type people struct {
	was, is map[string]dataverse.Contact
	why     string // why lost contacts were kept; empty: they were not
}

func storedContacts(db *gorm.DB, source uuid.UUID) (map[string]dataverse.Contact, error) {
	var rows []struct{ ExternalID, AccountExternalID, MailDomain string }
	err := db.Raw(`SELECT external_id, account_external_id, mail_domain FROM crm_source_contacts WHERE source_id = ?`,
		source).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("contacts of crm source: %w", err)
	}
	out := make(map[string]dataverse.Contact, len(rows))
	for _, r := range rows {
		out[r.ExternalID] = dataverse.Contact{ID: r.ExternalID, AccountID: r.AccountExternalID,
			MailDomain: r.MailDomain}
	}
	return out, nil
}

// peopleAfter lays a reading over the contacts that were known. Contacts that a reading of
// everything lacks are forgotten, unless they are too many to believe.
func peopleAfter(was map[string]dataverse.Contact, r reading, tooMany func(gone, of int) bool) people {
	p := people{was: was, is: maps.Clone(was)}
	if p.is == nil {
		p.is = map[string]dataverse.Contact{}
	}
	if r.contactsWhy != "" {
		return p
	}
	listed := map[string]bool{}
	for _, c := range r.contacts.Records {
		listed[c.ID] = true
		if c.MailDomain == "" {
			delete(p.is, c.ID)
		} else {
			p.is[c.ID] = c
		}
	}
	for id := range r.contacts.Deleted {
		delete(p.is, id)
	}
	if r.contactsWhole && r.contacts.Bad == 0 {
		p.forget(listed, tooMany)
	}
	return p
}

func (p *people) forget(listed map[string]bool, tooMany func(gone, of int) bool) {
	var lost []string
	for id := range p.was {
		if !listed[id] {
			lost = append(lost, id)
		}
	}
	if len(p.was) > 0 && len(listed) == 0 || tooMany(len(lost), len(p.was)) {
		p.why = fmt.Sprintf("%d of %d contacts were missing, too many to believe; their mail domains are kept.",
			len(lost), len(p.was))
		return
	}
	for _, id := range lost {
		delete(p.is, id)
	}
}

// moved are the accounts whose contacts differ from before.
func (p people) moved() map[string]bool {
	out := map[string]bool{}
	for id, c := range p.is {
		if before, ok := p.was[id]; !ok || before != c {
			out[c.AccountID], out[before.AccountID] = true, true
		}
	}
	for id, c := range p.was {
		if _, ok := p.is[id]; !ok {
			out[c.AccountID] = true
		}
	}
	delete(out, "")
	return out
}

// domains gives per account the mail domains of its contacts, the most frequent first.
func (p people) domains() map[string][]string {
	count := map[string]map[string]int{}
	for _, c := range p.is {
		if count[c.AccountID] == nil {
			count[c.AccountID] = map[string]int{}
		}
		count[c.AccountID][c.MailDomain]++
	}
	out := make(map[string][]string, len(count))
	for account, n := range count {
		out[account] = slices.SortedFunc(maps.Keys(n), func(a, b string) int {
			return cmp.Or(cmp.Compare(n[b], n[a]), strings.Compare(a, b))
		})
	}
	return out
}

// save writes what differs.
func (p people) save(tx *gorm.DB, source uuid.UUID) error {
	var changed []dataverse.Contact
	gone := []string{}
	for id, c := range p.is {
		if before, ok := p.was[id]; !ok || before != c {
			changed = append(changed, c)
		}
	}
	for id := range p.was {
		if _, ok := p.is[id]; !ok {
			gone = append(gone, id)
		}
	}
	if len(changed)+len(gone) == 0 {
		return nil
	}
	doc, err := json.Marshal(struct {
		Changed []dataverse.Contact
		Gone    []string
	}{changed, gone})
	if err != nil {
		return err
	}
	err = tx.Exec(`DELETE FROM crm_source_contacts WHERE source_id = ?
		AND external_id IN (SELECT jsonb_array_elements_text((?::jsonb)->'Gone'))`, source, string(doc)).Error
	if err != nil || len(changed) == 0 {
		return err
	}
	return tx.Exec(`INSERT INTO crm_source_contacts (source_id, external_id, account_external_id, mail_domain)
		SELECT ?, x."ID", x."AccountID", x."MailDomain"
		FROM jsonb_to_recordset((?::jsonb)->'Changed') AS x("ID" text, "AccountID" text, "MailDomain" text)
		ON CONFLICT (source_id, external_id) DO UPDATE
		SET account_external_id = excluded.account_external_id,
			mail_domain = excluded.mail_domain`, source, string(doc)).Error
}

package crm

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// ErrStale is the cause of a conflict where somebody else saved first.
var ErrStale = errors.New("crm: stale version")

// How an account came to be.
const (
	SourcePerson  = "person"
	SourceCSV     = "csv"
	SourceAccount = "account" // made out of a provider account on the mapping page
	SourceCRM     = "dataverse"
)

const columns = `a.id, coalesce(a.external_id, '') AS external_id, a.name, a.website, a.domain,
	array_to_string(a.email_domains, ' ') AS email_domains, a.tenant_id, a.street, a.city, a.state,
	a.postal_code, a.country, a.phone, a.tax_id, a.parent_id, a.bill_to_parent, a.source, a.version, a.created_at,
		a.updated_at`

// Get reads one account; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Account, error) {
	return get(ctx, db, id, "")
}

func get(ctx context.Context, db *gorm.DB, id uuid.UUID, lock string) (Account, error) {
	var found []Account
	err := db.WithContext(ctx).Raw("SELECT "+columns+" FROM crm_accounts a WHERE a.id = ? "+lock, id).Scan(&found).Error
	if err != nil {
		return Account{}, fmt.Errorf("crm account %s: %w", id, err)
	}
	if len(found) == 0 {
		return Account{}, errs.New(errs.NotFound, "There is no such CRM account.")
	}
	return found[0], nil
}

// Service writes accounts, each change in one transaction of its own.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	// Touched runs in the transaction that made or changed accounts, for what is
	// derived from them, as the suggestions of the mapping page. It may be nil.
	Touched func(tx *gorm.DB) error
}

// Create makes an account that a person typed. A taken external id is errs.Invalid.
func (s Service) Create(ctx context.Context, by audit.Actor, in Input) (Account, error) {
	var made Account
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var err error
		made, err = s.CreateIn(tx, by, SourcePerson, in)
		return err
	})
	return made, err
}

// CreateIn is Create within the transaction of a use case. Its audit row holds
// the chain's lock until commit, so call it late.
func (s Service) CreateIn(tx *gorm.DB, by audit.Actor, source string, in Input) (Account, error) {
	ctx := tx.Statement.Context
	facts, parent, err := checked(tx, uuid.Nil, in)
	if err != nil {
		return Account{}, err
	}
	a := Account{ID: uuid.Must(uuid.NewV7()), Facts: facts, ParentID: parent, Source: source, Version: 1,
		CreatedAt: s.Clock.Now()}
	a.UpdatedAt, a.BillToParent = a.CreatedAt, in.BillToParent && parent.Valid
	if err := insert(tx, a, fresh(facts, s.origin(by, source))); err != nil {
		return Account{}, err
	}
	if err := s.touched(tx); err != nil {
		return Account{}, err
	}
	return a, audit.Record(ctx, tx, s.Clock, by, audit.Event{
		Action: "crm_account.created", ObjectType: "crm_account", ObjectID: a.ID.String(), ObjectName: a.Name,
		After: given(a),
	})
}

// origin is who answers for the values of an account that a person makes.
func (s Service) origin(by audit.Actor, source string) Origin {
	if source == SourceAccount {
		return Origin{By: Distributor, Name: "the distributor", At: s.Clock.Now()}
	}
	return Origin{By: Entered, Name: by.Name, At: s.Clock.Now()}
}

func insert(tx *gorm.DB, a Account, p Provenance) error {
	err := tx.Exec(`INSERT INTO crm_accounts (id, external_id, name, website, domain, email_domains, tenant_id,
			street, city, state, postal_code, country, phone, tax_id, parent_id, bill_to_parent, source, version,
				created_at, updated_at, origins, offers)
		VALUES (?, nullif(?, ''), ?, ?, ?, string_to_array(?, ' '), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb,
			?::jsonb)`,
		a.ID, a.ExternalID, a.Name, a.Website, a.Domain, a.EmailDomains, a.TenantID,
		a.Street, a.City, a.State, a.PostalCode, a.Country, a.Phone, a.TaxID, a.ParentID, a.BillToParent, a.Source,
		a.Version, a.CreatedAt, a.UpdatedAt, p.Origins, p.Offers).Error
	return postgres.Translate(err)
}

// Edit is a changed form of an account: the version it was opened at, and its values.
type Edit struct {
	ID      uuid.UUID
	Version int
	Input   Input
}

// Update saves a changed form. When somebody saved in between it is a conflict
// that wraps ErrStale. A form that changes nothing writes nothing.
func (s Service) Update(ctx context.Context, by audit.Actor, e Edit) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := get(ctx, tx, e.ID, "FOR UPDATE")
		if err != nil {
			return err
		}
		if before.Version != e.Version {
			return errs.Because(errs.Conflict,
				"Somebody else has saved this CRM account since you opened it. Your values were not saved; "+
					"compare them and save again.", ErrStale)
		}
		after := before
		after.Facts, after.ParentID, err = checked(tx, e.ID, e.Input)
		after.BillToParent = e.Input.BillToParent && after.ParentID.Valid
		if err != nil || after == before {
			return err
		}
		p, err := ProvenanceOf(tx, e.ID)
		if err != nil {
			return err
		}
		p = p.edited(before.Facts, after.Facts, Origin{By: Edited, Name: by.Name, At: s.Clock.Now()})
		if err := s.save(tx, after, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, changed(before, after))
	})
}

func (s Service) save(tx *gorm.DB, a Account, p Provenance) error {
	err := tx.Exec(`UPDATE crm_accounts SET external_id = nullif(?, ''), name = ?, website = ?, domain = ?,
			email_domains = string_to_array(?, ' '), tenant_id = ?, street = ?, city = ?, state = ?, postal_code = ?,
			country = ?, phone = ?, tax_id = ?, parent_id = ?, bill_to_parent = ?, version = version + 1,
				updated_at = ?, origins = ?::jsonb, offers = ?::jsonb WHERE id = ?`,
		a.ExternalID, a.Name, a.Website, a.Domain, a.EmailDomains, a.TenantID, a.Street, a.City, a.State, a.PostalCode,
		a.Country, a.Phone, a.TaxID, a.ParentID, a.BillToParent, s.Clock.Now(), p.Origins, p.Offers, a.ID).Error
	if err != nil {
		return postgres.Translate(err)
	}
	return s.touched(tx)
}

// given is what an account holds, for the trail: only what is not empty.
func given(a Account) map[string]string {
	out := map[string]string{}
	for _, c := range a.traced() {
		if c.Value != "" {
			out[c.Name] = c.Value
		}
	}
	return out
}

// changed tells the trail what differs, and nothing else.
func changed(before, after Account) audit.Event {
	was, is := map[string]string{}, map[string]string{}
	old := before.traced()
	for i, c := range after.traced() {
		if c.Value != old[i].Value {
			was[c.Name], is[c.Name] = old[i].Value, c.Value
		}
	}
	return audit.Event{
		Action: "crm_account.changed", ObjectType: "crm_account", ObjectID: after.ID.String(), ObjectName: after.Name,
		Before: was, After: is,
	}
}

func (a Account) traced() []Column {
	parent := ""
	if a.ParentID.Valid {
		parent = a.ParentID.UUID.String()
	}
	toParent := ""
	if a.BillToParent {
		toParent = "true"
	}
	return append(a.Columns(), Column{"parent_id", parent}, Column{"bill_to_parent", toParent})
}

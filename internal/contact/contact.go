// Package contact answers a person outside who asks what is kept of them, and strikes it out. It looks for their mail
// address, and for what else is named, in every column of words that the database has, whichever room it belongs to: a
// table that somebody adds later is not forgotten. It knows only which tables must stay as they are.
package contact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Service works with the rights of the database's owner: some of what it strikes out the app itself may not change.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// Person is who asks.
type Person struct {
	Email string
	Also  []string // further words that name them, as a name or a telephone number
}

const leastOfWords = 6 // shorter ones would meet others too

func (p Person) check() error {
	parsed, err := mail.ParseAddress(p.Email)
	if err != nil || parsed.Address != p.Email {
		return errs.New(errs.Invalid, "--email is not an e-mail address.")
	}
	for _, w := range p.Also {
		if utf8.RuneCountInString(strings.TrimSpace(w)) < leastOfWords {
			return errs.Newf(errs.Invalid, "%q has fewer than %d characters, and would meet others too.", w,
				leastOfWords)
		}
	}
	return nil
}

// pattern finds the words whole: no longer address that ends or begins with this one.
func (p Person) pattern() string {
	var all []string
	for _, w := range append([]string{p.Email}, p.Also...) {
		all = append(all, regexp.QuoteMeta(strings.TrimSpace(w)))
	}
	return `(?<![[:alnum:]._%+-])(?:` + strings.Join(all, "|") + `)(?![[:alnum:]_-]|[.@][[:alnum:]])`
}

// name stands for the person in the trail, which must not keep their address.
func (p Person) name() string {
	sum := sha256.Sum256([]byte(strings.ToLower(p.Email)))
	return hex.EncodeToString(sum[:8])
}

// Struck is what stands in place of what was struck out.
const Struck = "struck-out"

// stays are the tables that keep what they have, and why.
var stays = map[string]string{
	"audit_events":         "the audit trail is chained; `seatledger audit prune` takes old entries out",
	"audit_folds":          "it is told to the audit trail within a minute",
	"invoice_documents":    "an issued document never changes",
	"license_changes":      "facts of the ledger never change",
	"license_change_marks": "facts of the ledger never change",
	"book_files":           "files that were given to the accounting system never change",
	"users":                "people of your own are changed on the page of users",
}

// Found is one place in which the person is named.
type Found struct {
	Table  string `json:"table"`
	ID     string `json:"id"`
	Column string `json:"column"`
	Value  string `json:"value"`
}

type column struct {
	TableName  string
	ColumnName string
	DataType   string
}

func (c column) text() string {
	return fmt.Sprintf("t.%s::text", quoted(c.ColumnName))
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// columns are all that hold words.
func columns(tx *gorm.DB) ([]column, error) {
	var out []column
	err := tx.Raw(`SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
			AND c.data_type IN ('text', 'jsonb', 'ARRAY') AND c.table_name NOT LIKE 'goose%'
		ORDER BY c.table_name, c.ordinal_position`).Scan(&out).Error
	return out, err
}

// Find reads every place in which the person is named, and leaves a row in the trail.
func (s Service) Find(ctx context.Context, by audit.Actor, p Person) ([]Found, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	var out []Found
	return out, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		all, err := columns(tx)
		if err != nil {
			return err
		}
		out = nil
		for _, c := range all {
			var rows []Found
			err := tx.Raw(`SELECT coalesce(to_jsonb(t)->>'id', to_jsonb(t)->>'seq', '') AS id, `+c.text()+` AS value
				FROM `+quoted(c.TableName)+` t WHERE `+c.text()+` ~* ?`, p.pattern()).Scan(&rows).Error
			if err != nil {
				return fmt.Errorf("look in %s: %w", c.TableName, err)
			}
			for _, f := range rows {
				out = append(out, Found{Table: c.TableName, ID: f.ID, Column: c.ColumnName, Value: f.Value})
			}
		}
		return s.note(ctx, tx, by, p, "contact.exported", map[string]any{"places": len(out)})
	})
}

// Done is how much was struck out and how much stays, by table.
type Done struct{ Struck, Kept map[string]int }

// StrikeOut puts a word in the place of each that names the person, and takes their address off the lists of those who
// are sent documents. Amounts, seats and numbers stay as they are.
func (s Service) StrikeOut(ctx context.Context, by audit.Actor, p Person) (Done, error) {
	if err := p.check(); err != nil {
		return Done{}, err
	}
	d := Done{}
	return d, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		d.Struck, d.Kept = map[string]int{}, map[string]int{}
		if err := s.refuse(tx, p); err != nil {
			return err
		}
		if err := offLists(tx, p, &d); err != nil {
			return err
		}
		all, err := columns(tx)
		if err != nil {
			return err
		}
		for _, c := range all {
			if err := strike(tx, c, p, &d); err != nil {
				return fmt.Errorf("strike out in %s: %w", c.TableName, err)
			}
		}
		return s.note(ctx, tx, by, p, "contact.struck_out", map[string]any{"struck": d.Struck, "kept": d.Kept})
	})
}

func (s Service) note(ctx context.Context, tx *gorm.DB, by audit.Actor, p Person, action string, after any) error {
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "contact", ObjectID: p.name(),
		ObjectName: "A contact", After: after})
}

// refuse says what must be done first.
func (s Service) refuse(tx *gorm.DB, p Person) error {
	var row struct{ User, Waiting int }
	err := tx.Raw(`SELECT (SELECT count(*) FROM users WHERE email = lower(?)) AS "user",
		(SELECT count(*) FROM mails WHERE state IN ('queued', 'sending') AND addresses ~* ?) AS waiting`, p.Email,
		p.pattern()).Scan(&row).Error
	switch {
	case err != nil:
		return err
	case row.User > 0:
		return errs.New(errs.Conflict, "That is the address of somebody who signs in here. Nothing was struck out; change "+
			"them on the page of users.")
	case row.Waiting > 0:
		return errs.Newf(errs.Conflict, "%d mails to that address wait to go out. Nothing was struck out; send or withdraw "+
			"them first.", row.Waiting)
	}
	return nil
}

// offLists takes the address off contracts, which would else send to what is no address.
func offLists(tx *gorm.DB, p Person, d *Done) error {
	done := tx.Exec(`UPDATE billing_contracts SET version = version + 1, recipients = (SELECT coalesce(
			string_agg(trim(one), ', ' ORDER BY n), '') FROM unnest(string_to_array(recipients, ',')) WITH ORDINALITY
			AS r (one, n) WHERE trim(one) <> '' AND NOT trim(one) ~* ?)
		WHERE recipients ~* ?`, p.pattern(), p.pattern())
	if done.RowsAffected > 0 {
		d.Struck["billing_contracts"] = int(done.RowsAffected)
	}
	return done.Error
}

func strike(tx *gorm.DB, c column, p Person, d *Done) error {
	var n int64
	table, name := quoted(c.TableName), quoted(c.ColumnName)
	err := tx.Raw(`SELECT count(*) FROM `+table+` t WHERE `+c.text()+` ~* ?`, p.pattern()).Row().Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	if _, kept := stays[c.TableName]; kept {
		d.Kept[c.TableName] += int(n)
		return nil
	}
	as := map[string]string{"text": "", "jsonb": "::jsonb", "ARRAY": "::text[]"}[c.DataType]
	trigger := quoted(c.TableName + "_append_only")
	for _, step := range []string{"DISABLE", "", "ENABLE"} {
		switch {
		case step == "":
			err = tx.Exec(`UPDATE `+table+` t SET `+name+` = regexp_replace(`+c.text()+`, ?, ?, 'gi')`+as+` WHERE `+
				c.text()+` ~* ?`, p.pattern(), Struck, p.pattern()).Error
		case slices.Contains(appendOnly, c.TableName):
			err = tx.Exec(`ALTER TABLE ` + table + ` ` + step + ` TRIGGER ` + trigger).Error
		}
		if err != nil {
			return err
		}
	}
	d.Struck[c.TableName] += int(n)
	return nil
}

// appendOnly are tables whose words nobody changes otherwise; a person's right goes before.
var appendOnly = []string{"crm_account_notes", "notices"}

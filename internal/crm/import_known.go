package crm

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

// known are the accounts that the lines of a file may speak of.
type known struct {
	byID       map[uuid.UUID]*Account
	byExternal map[string]*Account
	byName     map[string][]*Account // those without an external id
}

func knownFor(tx *gorm.DB, lines []imports.Line) (known, error) {
	var keys struct{ IDs, Externals, Names []string }
	for _, l := range lines {
		if id, err := uuid.Parse(l.Get("id")); err == nil {
			keys.IDs = append(keys.IDs, id.String())
		}
		if external := l.Get("external_id"); external != "" {
			keys.Externals = append(keys.Externals, external)
		} else {
			keys.Names = append(keys.Names, l.Get("name"))
		}
	}
	doc, err := json.Marshal(keys)
	if err != nil {
		return known{}, err
	}
	var found []*Account
	err = tx.Raw(`WITH keys AS (SELECT ?::jsonb AS k)
		SELECT `+columns+` FROM crm_accounts a
			WHERE a.id IN (SELECT jsonb_array_elements_text(nullif(k->'IDs', 'null'))::uuid FROM keys)
			OR a.external_id IN (SELECT jsonb_array_elements_text(nullif(k->'Externals', 'null')) FROM keys)
			OR (a.external_id IS NULL AND lower(a.name) IN (SELECT lower(jsonb_array_elements_text(nullif(k->'Names',
				'null'))) FROM keys))`,
		string(doc)).Scan(&found).Error
	if err != nil {
		return known{}, fmt.Errorf("read known crm accounts: %w", err)
	}
	return index(found), nil
}

func (k known) ids() []uuid.UUID {
	out := make([]uuid.UUID, 0, len(k.byID))
	for id := range k.byID {
		out = append(out, id)
	}
	return out
}

func index(found []*Account) known {
	k := known{byID: map[uuid.UUID]*Account{}, byExternal: map[string]*Account{}, byName: map[string][]*Account{}}
	for _, a := range found {
		k.byID[a.ID] = a
		if a.ExternalID != "" {
			k.byExternal[a.ExternalID] = a
		} else {
			name := strings.ToLower(a.Name)
			k.byName[name] = append(k.byName[name], a)
		}
	}
	return k
}

// match finds the account that a line speaks of; nil is a new one.
func (k known) match(l imports.Line) (*Account, error) {
	id, _ := uuid.Parse(l.Get("id"))
	byID, external := k.byID[id], l.Get("external_id")
	byExternal := k.byExternal[external]
	switch {
	case byID != nil && byExternal != nil && byID != byExternal:
		return nil, errs.Newf(errs.Invalid, "The id is that of %s, but the external id belongs to %s.", byID.Name,
			byExternal.Name)
	case byID != nil:
		return byID, nil
	case byExternal != nil:
		return byExternal, nil
	case external != "":
		return nil, nil
	}
	return k.matchName(l.Get("name"))
}

func (k known) matchName(name string) (*Account, error) {
	switch same := k.byName[strings.ToLower(name)]; len(same) {
	case 0:
		return nil, nil
	case 1:
		return same[0], nil
	}
	return nil, errs.Newf(errs.Invalid,
		"Several accounts without an external id are called %q. Give the line an external id.", name)
}

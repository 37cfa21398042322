package list

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Choices are the values that a list's filters offer.
type Choices struct {
	Providers []Named
	Vendors   []string
}

// Named is a record by id and name.
type Named struct {
	ID   uuid.UUID
	Name string
}

// ChoicesOf reads providers and vendors, by name.
func ChoicesOf(ctx context.Context, db *gorm.DB) (Choices, error) {
	var c Choices
	if err := db.WithContext(ctx).Raw(`SELECT id, name FROM providers ORDER BY lower(name)`).Scan(&c.Providers).
		Error; err != nil {
		return c, fmt.Errorf("providers to choose: %w", err)
	}
	// The products are few; the subscriptions are not.
	if err := db.WithContext(ctx).
		Raw(`SELECT min(vendor) FROM products GROUP BY lower(vendor) ORDER BY lower(min(vendor))`).Scan(&c.Vendors).
		Error; err != nil {
		return c, fmt.Errorf("vendors to choose: %w", err)
	}
	return c, nil
}

// NameOf names the record that a filter's id stands for; empty when there is none.
func NameOf(ctx context.Context, db *gorm.DB, filter string, id uuid.UUID) (string, error) {
	tables := map[string]string{"crm_account": "crm_accounts", "contract": "billing_contracts",
		"account": "provider_accounts"}
	column := "name"
	if filter == "subscription" {
		tables[filter], column = "subscriptions", "external_id"
	}
	var name string
	if tables[filter] == "" {
		return "", nil
	}
	return name, db.WithContext(ctx).Raw(`SELECT `+column+` FROM `+tables[filter]+` WHERE id = ?`, id).Scan(&name).Error
}

package price

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// ErrStale is the cause of a conflict where somebody else saved first.
var ErrStale = errors.New("price: stale version")

// List is a price list: prices in one currency.
type List struct {
	ID        uuid.UUID
	Name      string
	Currency  string
	Active    bool
	Version   int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Service writes price lists and items, each change in one transaction of its own.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	// Touched runs in the transaction of a change, with the subscriptions whose
	// contract prices by the items concerned, so that their review is made again. It may be nil.
	Touched func(tx *gorm.DB, subscriptions []uuid.UUID) error
}

// Get reads one price list; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (List, error) {
	return get(db.WithContext(ctx), id, "")
}

func get(db *gorm.DB, id uuid.UUID, lock string) (List, error) {
	var found []List
	if err := db.Raw(`SELECT * FROM price_lists WHERE id = ? `+lock, id).Scan(&found).Error; err != nil {
		return List{}, fmt.Errorf("price list %s: %w", id, err)
	}
	if len(found) == 0 {
		return List{}, errs.New(errs.NotFound, "There is no such price list.")
	}
	return found[0], nil
}

// Find gives the price list that a person named by id or by its name in any case.
func Find(db *gorm.DB, named string) (List, error) {
	id, _ := uuid.Parse(named)
	var found []List
	err := db.Raw(`SELECT * FROM price_lists WHERE id = ? OR lower(name) = lower(?) ORDER BY id = ? DESC LIMIT 1`, id,
		named, id).Scan(&found).Error
	if err != nil {
		return List{}, fmt.Errorf("find price list: %w", err)
	}
	if len(found) == 0 {
		return List{}, errs.Newf(errs.Invalid, "No price list is called %q.", named)
	}
	return found[0], nil
}

// ListInput is the form of a price list.
type ListInput struct {
	Name     string `json:"name"`
	Currency string `json:"currency"`
}

const maxText = 200

func (in ListInput) check() (ListInput, error) {
	problems := errs.Fields{}
	in.Name = strings.Join(strings.Fields(in.Name), " ")
	if in.Name == "" {
		problems.Add("name", "Enter a name.")
	}
	if utf8.RuneCountInString(in.Name) > maxText {
		problems.Add("name", "This is longer than %d characters.", maxText)
	}
	code, ok := money.ParseCurrency(in.Currency)
	if !ok {
		problems.Add("currency", "Enter a currency as three letters, like USD.")
	}
	in.Currency = code
	return in, problems.Err()
}

// CreateList makes a price list. A taken name is errs.Invalid.
func (s Service) CreateList(ctx context.Context, by audit.Actor, in ListInput) (List, error) {
	in, err := in.check()
	if err != nil {
		return List{}, err
	}
	now := s.Clock.Now()
	l := List{ID: uuid.Must(uuid.NewV7()), Name: in.Name, Currency: in.Currency, Active: true, Version: 1,
		CreatedAt: now, UpdatedAt: now}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO price_lists (id, name, currency, active, version, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			l.ID, l.Name, l.Currency, l.Active, l.Version, l.CreatedAt, l.UpdatedAt).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, l.event("price_list.created", nil, in))
	})
	return l, err
}

// ListEdit is a changed form of a price list: the version it was opened at, and its values.
type ListEdit struct {
	ID      uuid.UUID
	Version int
	Input   ListInput
}

// UpdateList saves a changed form. When somebody saved in between it is a conflict
// that wraps ErrStale. The currency is frozen once prices or contracts stand on it.
func (s Service) UpdateList(ctx context.Context, by audit.Actor, e ListEdit) error {
	in, err := e.Input.check()
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		l, err := get(tx, e.ID, "FOR UPDATE")
		if err != nil {
			return err
		}
		if l.Version != e.Version {
			return errs.Because(errs.Conflict,
				"Somebody else has saved this price list since you opened it. Your values were not saved; "+
					"compare them and save again.", ErrStale)
		}
		was := ListInput{l.Name, l.Currency}
		if was == in {
			return nil
		}
		if err := l.frozen(tx, in.Currency); err != nil {
			return err
		}
		err = tx.Exec(`UPDATE price_lists SET name = ?, currency = ?, version = version + 1, updated_at = ?
			WHERE id = ?`,
			in.Name, in.Currency, s.Clock.Now(), l.ID).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, l.event("price_list.changed", was, in))
	})
}

func (l List) frozen(tx *gorm.DB, currency string) error {
	if l.Currency == currency {
		return nil
	}
	var items, contracts int
	err := tx.Raw(`SELECT (SELECT count(*) FROM price_list_items WHERE price_list_id = ?), (SELECT count(*)
		FROM billing_contracts WHERE price_list_id = ?)`,
		l.ID, l.ID).Row().Scan(&items, &contracts)
	if err != nil {
		return fmt.Errorf("use of price list %s: %w", l.ID, err)
	}
	problems := errs.Fields{}
	if items+contracts > 0 {
		problems.Add("currency", "The list has %d prices in %s and %d contracts use it. Make a new list for %s.", items,
			l.Currency, contracts, currency)
	}
	return problems.Err()
}

// SetListActive takes a list out of use for new contracts, or back. Contracts
// that have it keep pricing by it.
func (s Service) SetListActive(ctx context.Context, by audit.Actor, id uuid.UUID, active bool) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		l, err := get(tx, id, "FOR UPDATE")
		if err != nil || l.Active == active {
			return err
		}
		err = tx.Exec(`UPDATE price_lists SET active = ?, version = version + 1, updated_at = ? WHERE id = ?`, active,
			s.Clock.Now(), id).Error
		if err != nil {
			return err
		}
		action := "price_list.deactivated"
		if active {
			action = "price_list.activated"
		}
		return audit.Record(ctx, tx, s.Clock, by, l.event(action, nil, nil))
	})
}

func (l List) event(action string, before, after any) audit.Event {
	return audit.Event{Action: action, ObjectType: "price_list", ObjectID: l.ID.String(), ObjectName: l.Name,
		Before: before, After: after}
}

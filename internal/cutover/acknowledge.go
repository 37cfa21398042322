package cutover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/cutover/proof"
	"seatledger/internal/errs"
)

// Acks says which changes of a customer a person acknowledges: those named by
// fingerprint, or all of a kind, or all of them.
type Acks struct {
	CRMAccountID uuid.UUID
	PartNumber   string     // as proof.Product.Key; empty: any product
	What         proof.What // empty: any
	Fingerprints []string
	Doubles      []string // fingerprints of days on both sides whose seats are there twice
	Confirmed    string   // for doubles: the customer's name as a person typed it
	Note         string
}

const longestNote = 1000

// Acknowledge keeps, under the person's name, that changes over the switch are real.
// It gives how many were acknowledged now. proof.What changes later needs another word.
// errs.Conflict when there is nothing of the kind, or the figures are others by now.
func (s Service) Acknowledge(ctx context.Context, by audit.Actor, id uuid.UUID, a Acks) (int, error) {
	if len(a.Note) > longestNote {
		return 0, errs.Fields{"note": fmt.Sprintf("The note is longer than %d characters.", longestNote)}.Err()
	}
	n := 0
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		run, err := openForAcknowledging(ctx, tx, id)
		if err != nil {
			return err
		}
		open, known, name, err := a.find(ctx, tx, run, s.today())
		if err != nil {
			return err
		}
		if err := a.asks(open, name); err != nil {
			return err
		}
		n = len(open)
		if n == 0 {
			return a.nothing(known)
		}
		if err := s.keep(ctx, tx, by, run, a, open); err != nil {
			return err
		}
		if err := notePricesThatWait(ctx, tx, run.ID, a.CRMAccountID, s.today()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, acknowledged(run, a, open))
	})
	return n, err
}

func openForAcknowledging(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Run, error) {
	if err := tx.WithContext(ctx).Exec(`SELECT FROM cutovers WHERE id = ? FOR SHARE`, id).Error; err != nil {
		return Run{}, fmt.Errorf("lock cut-over %s: %w", id, err)
	}
	run, err := Get(ctx, tx, id)
	if err == nil && run.State != RunOpen {
		err = errs.Newf(errs.Conflict, "The cut-over %s is %s, so its proof stands as it is. Nothing was changed.",
			run.Name, run.State)
	}
	return run, err
}

// keyed is a change with its product.
type keyed struct {
	key string
	proof.Change
}

// find gives the changes asked for that nobody has acknowledged, how many of them somebody has, and the customer's
// name.
func (a Acks) find(ctx context.Context, tx *gorm.DB, run Run, today clock.Date) (open []keyed, known int, name string,
	err error) {
	err = proof.Each(ctx, tx, run.ID, proof.Filter{Customers: []uuid.UUID{a.CRMAccountID}}, today,
		func(c proof.Customer) error {
			name = c.CRMAccount
			open = append(open, a.doubles(c)...)
			for _, p := range c.Products {
				for _, ch := range p.Changes {
					switch {
					case !a.means(p.Key, ch):
					case ch.By != nil:
						known++
					default:
						open = append(open, keyed{p.Key, ch})
					}
				}
			}
			return nil
		})
	return open, known, name, err
}

// doubles are the days on both sides that are asked for.
func (a Acks) doubles(c proof.Customer) []keyed {
	var out []keyed
	for _, b := range c.Blockers() {
		if b.Double != "" && slices.Contains(a.Doubles, b.Double) {
			out = append(out, keyed{b.PartNumber, proof.Change{What: proof.BothReal, Day: b.From, Before: b.Says,
				After: "both are real", Fingerprint: b.Double}})
		}
	}
	return out
}

// asks keeps a word about doubles waiting until a person has typed the customer's name, and says why.
func (a Acks) asks(open []keyed, name string) error {
	var says []string
	for _, c := range open {
		if c.What == proof.BothReal {
			says = append(says, c.Before)
		}
	}
	switch typed := strings.TrimSpace(a.Confirmed); {
	case len(says) == 0:
		return nil
	case typed == "":
		return Asked{Says: says, Name: name, error: errs.Newf(errs.Conflict,
			"%s Type the customer's name, %s, to say that the seats of both are real; nothing was changed.",
			strings.Join(says, " "), name)}
	case typed != name:
		return Asked{Says: says, Name: name,
			error: errs.Fields{"confirm": "Type " + name + " exactly as it stands here. Nothing was changed."}.Err()}
	case strings.TrimSpace(a.Note) == "":
		return Asked{Says: says, Name: name,
			error: errs.Fields{"note": "Say why the customer has both. Nothing was changed."}.Err()}
	}
	return nil
}

func (a Acks) means(key string, c proof.Change) bool {
	if len(a.Doubles) > 0 && len(a.Fingerprints) == 0 {
		return false
	}
	if len(a.Fingerprints) > 0 && !slices.Contains(a.Fingerprints, c.Fingerprint) {
		return false
	}
	return (a.PartNumber == "" || a.PartNumber == key) && (a.What == "" || a.What == c.What)
}

func (a Acks) nothing(known int) error {
	if known > 0 {
		return errs.New(errs.Conflict, "These changes are acknowledged already. Nothing was changed.")
	}
	return errs.New(errs.Conflict,
		"There is no such change to acknowledge, or its figures are others by now. Nothing was changed; "+
			"look at the proof again.")
}

func (s Service) keep(ctx context.Context, tx *gorm.DB, by audit.Actor, run Run, a Acks, open []keyed) error {
	for _, c := range open {
		err := tx.WithContext(ctx).Exec(`INSERT INTO cutover_acknowledgements (id, cutover_id, crm_account_id,
			product_key, what, fingerprint, acknowledged_at, acknowledged_by, note)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ON CONSTRAINT cutover_acknowledgements_once DO NOTHING`,
			uuid.Must(uuid.NewV7()), run.ID, a.CRMAccountID, c.key, c.What, c.Fingerprint, s.Clock.Now(), by.Name,
			a.Note).Error
		if err != nil {
			return fmt.Errorf("acknowledge %s of %s: %w", c.What, c.key, err)
		}
	}
	return nil
}

func acknowledged(run Run, a Acks, open []keyed) audit.Event {
	before, after := map[string]any{}, map[string]any{"crm_account_id": a.CRMAccountID, "note": a.Note}
	for _, c := range open {
		name := strings.Join([]string{c.key, string(c.What), c.Day.String()}, " ")
		before[name], after[name] = c.Before, c.After
	}
	return audit.Event{Action: "cutover.acknowledged", ObjectType: "cutover", ObjectID: run.ID.String(),
		ObjectName: run.Name, Before: before, After: after}
}

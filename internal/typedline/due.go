package typedline

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/postgres"
)

// Due is what a line comes to that no invoice has taken.
type Due struct {
	Line
	Period contract.Period
	Amount decimal.Decimal // less what live invoice lines other than goodwill have of it
}

// Book is the lines of a contract with what live invoice lines have of them.
type Book struct {
	contract contract.Contract
	grid     contract.Grid
	lines    []Line
	taken    map[uuid.UUID][]taken
}

// taken is a live invoice line that is not goodwill.
type taken struct {
	ContractID  uuid.UUID
	TypedLineID uuid.UUID
	FromDate    clock.Date
	Amount      decimal.Decimal
	Standing    bool // and no credit
}

// Load reads the books of contracts, as though one invoice had not been made.
func Load(ctx context.Context, db *gorm.DB, of []contract.Contract, but uuid.UUID) (map[uuid.UUID]Book, error) {
	all, ids := make(map[uuid.UUID]Book, len(of)), make(postgres.IDs, len(of))
	for i, k := range of {
		ids[i] = k.ID
		all[k.ID] = Book{contract: k, grid: contract.GridOf(k.Terms), taken: map[uuid.UUID][]taken{}}
	}
	db = db.WithContext(ctx)
	var lines []Line
	err := db.Raw(`SELECT * FROM typed_lines WHERE contract_id = ANY (CAST(? AS uuid[])) AND set_aside_at IS NULL
		ORDER BY seq`, ids).Scan(&lines).Error
	if err != nil || len(lines) == 0 {
		return all, wrap(err)
	}
	for _, l := range lines {
		b := all[l.ContractID]
		b.lines = append(b.lines, l)
		all[l.ContractID] = b
	}
	var rows []taken
	err = db.Raw(`SELECT t.contract_id, l.typed_line_id, l.from_date, l.amount,
			l.standing AND l.kind = 'typed' AS standing
		FROM invoice_lines l JOIN typed_lines t ON t.id = l.typed_line_id
		WHERE t.contract_id = ANY (CAST(? AS uuid[])) AND l.live AND l.invoice_id <> ?
		AND (l.kind = 'typed' OR l.again)`, ids, but).Scan(&rows).Error
	for _, r := range rows {
		all[r.ContractID].taken[r.TypedLineID] = append(all[r.ContractID].taken[r.TypedLineID], r)
	}
	return all, wrap(err)
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("typed lines of contracts: %w", err)
	}
	return nil
}

// Due are the lines due up to a day, in the order in which they were typed. A cycle is
// due once the run reaches its end, or the contract's.
func (b Book) Due(to clock.Date) []Due {
	var out []Due
	for _, l := range b.lines {
		if l.Every == Once {
			day := contract.Period{From: l.FromOn, To: l.FromOn.AddDays(1)}
			if l.FromOn.Before(to) {
				out = b.add(out, l, day, day)
			}
			continue
		}
		days := b.days(l, to)
		for at := days.From; at.Before(days.To); at = b.grid.Cycle(at).To {
			cycle := b.grid.Cycle(at)
			if ends := b.ends(cycle); !ends.After(to) {
				out = b.add(out, l, cycle.Within(days), cycle)
			}
		}
	}
	return out
}

// days are those of a line that every cycle up to a day may bill: the contract's own.
func (b Book) days(l Line, to clock.Date) contract.Period {
	days := contract.Period{From: clock.Later(l.FromOn,
		clock.Later(b.contract.StartDate, b.contract.BillFrom)), To: to}
	for _, end := range []clock.Date{l.UntilOn, b.contract.EndDate} {
		if !end.IsZero() {
			days.To = clock.Earlier(days.To, end)
		}
	}
	return days
}

// ends is the end of a cycle, or of the contract if that comes first.
func (b Book) ends(cycle contract.Period) clock.Date {
	if b.contract.EndDate.IsZero() {
		return cycle.To
	}
	return clock.Earlier(cycle.To, b.contract.EndDate)
}

// add puts a line among those that are due, unless one stands for it within some days.
func (b Book) add(out []Due, l Line, shown, within contract.Period) []Due {
	d := Due{Line: l, Period: shown, Amount: l.Amount()}
	for _, t := range b.taken[l.ID] {
		if !within.Has(t.FromDate) {
			continue
		}
		if t.Standing {
			return out
		}
		d.Amount = d.Amount.Sub(t.Amount)
	}
	return append(out, d)
}

// Withdrawn names a line that a credit gave back to be billed again, and that was since set
// aside or ended before those days: they would stand again if the credit were void. Empty: none.
func Withdrawn(ctx context.Context, tx *gorm.DB, credit uuid.UUID) (string, error) {
	var found []string
	err := tx.WithContext(ctx).Raw(`SELECT t.text FROM invoice_lines l JOIN typed_lines t ON t.id = l.typed_line_id
		WHERE l.invoice_id = ? AND l.live AND l.again AND (t.set_aside_at IS NOT NULL OR t.until_on <= l.from_date)
		ORDER BY l.position LIMIT 1`, credit).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

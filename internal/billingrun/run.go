package billingrun

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
)

// Goal is how far a contract of a run is to go.
type Goal string

// The goals. Undo throws a draft away.
const (
	ToDraft Goal = "draft"
	ToBill  Goal = "bill"
	ToSend  Goal = "send"
	ToUndo  Goal = "undo"
)

// Known tells whether a person may ask for it at the start of a run.
func (g Goal) Known() bool { return g == ToDraft || g == ToBill || g == ToSend }

// State is how far a contract of a run has come.
type State string

// The states.
const (
	Waiting State = "waiting"
	Drafted State = "drafted"
	Billed  State = "billed"
	Sent    State = "sent"
	Refused State = "refused"
	Skipped State = "skipped" // the run was cancelled before its turn, or there was nothing to bill
	Thrown  State = "thrown"  // its draft was thrown away
)

// Run is one billing run with how its last work stands.
type Run struct {
	ID      uuid.UUID
	Seq     int64
	DueOn   clock.Date
	Filter  *string // the address of the page, where all that match were chosen
	Shown   string
	Trigger runs.Trigger
	At      time.Time
	Actor   string
	ActorID uuid.NullUUID
	StepBy  string
	StepID  uuid.NullUUID `gorm:"column:step_by_id"`
	UndoAt  *time.Time
	UndoBy  string

	State             runs.State // of its last work
	StartedAt         *time.Time
	FinishedAt        *time.Time
	CancelRequestedAt *time.Time
	Message           string
	Advice            string
}

// Under tells whether it is being worked at, or will be by itself.
func (r Run) Under() bool { return !r.State.Finished() }

// Called names it.
func (r Run) Called() string { return fmt.Sprintf("Billing run %d", r.Seq) }

const runColumns = `r.id, r.seq, r.due_on, r.filter, r.shown, r.trigger, r.at, r.actor, r.actor_id, r.step_by,
	r.step_by_id, r.undo_at, r.undo_by, t.state, t.started_at, t.finished_at, t.cancel_requested_at, t.message,
		t.advice`

const lastTurn = `CROSS JOIN LATERAL (SELECT * FROM billing_run_turns WHERE run_id = r.id
	ORDER BY requested_at DESC, id DESC LIMIT 1) t`

// Get reads a run; errs.NotFound if there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Run, error) {
	var all []Run
	err := db.WithContext(ctx).Raw(`SELECT `+runColumns+` FROM billing_runs r `+lastTurn+` WHERE r.id = ?`, id).
		Scan(&all).Error
	if err != nil {
		return Run{}, fmt.Errorf("billing run %s: %w", id, err)
	}
	if len(all) == 0 {
		return Run{}, errs.New(errs.NotFound, "There is no such billing run.")
	}
	return all[0], nil
}

// Latest are the runs of late.
func Latest(ctx context.Context, db *gorm.DB, most int) ([]Run, error) {
	var all []Run
	err := db.WithContext(ctx).Raw(`SELECT `+runColumns+` FROM billing_runs r `+lastTurn+`
		ORDER BY r.seq DESC LIMIT ?`, most).Scan(&all).Error
	return all, err
}

// Row is one contract of a run.
type Row struct {
	ContractID uuid.UUID
	CustomerID uuid.UUID
	Contract   string
	CRMAccount string
	Currency   string
	State      State
	Goal       Goal
	InvoiceID  uuid.NullUUID
	Number     string
	Total      decimal.NullDecimal
	Lines      int
	Late       bool
	LeftOut    []LeftOut `gorm:"-"`
	Changes    []Change  `gorm:"-"`
	Remarks    []Remark  `gorm:"-"`
	Message    string
	Mail       string // how its mail stands, where it has one

	LeftOutJSON, ChangesJSON, RemarksJSON string
}

// Unusual tells whether somebody should look at it before it goes out.
func (r Row) Unusual() bool { return len(r.Remarks) > 0 || r.Late }

// What has no invoice yet stands with the money of none.
const rowsQuery = `SELECT c.contract_id, k.crm_account_id AS customer_id, k.name AS contract, a.name AS crm_account,
		k.currency, c.state, c.goal, c.invoice_id, coalesce(i.number_text, '') AS number, i.total, c.lines, c.late,
		c.left_out::text AS left_out_json, c.changes::text AS changes_json, c.remarks::text AS remarks_json, c.message,
		CASE WHEN c.state = 'sent' THEN coalesce((SELECT m.state FROM mails m
			WHERE m.invoice_id = coalesce(i.document_of, i.id) AND m.kind = 'invoice'
			ORDER BY m.queued_at DESC, m.id DESC LIMIT 1), '') ELSE '' END AS mail
	FROM billing_run_contracts c JOIN billing_contracts k ON k.id = c.contract_id
	JOIN crm_accounts a ON a.id = k.crm_account_id LEFT JOIN invoices i ON i.id = c.invoice_id
	WHERE c.run_id = ?`

// Part is some of the contracts of a run, as a figure of it counts them; empty: all.
type Part string

// The parts.
const (
	Drafts    Part = "drafts"
	Invoices  Part = "billed"
	Mailed    Part = "sent"
	OddDrafts Part = "unusual"
	NotBilled Part = "not_billed"
	ToNobody  Part = "nobody"
)

// partOf are the conditions of the parts, on a contract k and its row.
var partOf = map[Part]string{"": "true", Drafts: "c.state = 'drafted'", Invoices: "c.state = 'billed'",
	Mailed: "c.state = 'sent'", OddDrafts: "c.state = 'drafted' AND (c.late OR c.remarks <> '[]')",
	NotBilled: "c.state IN ('refused', 'skipped', 'thrown')",
	ToNobody:  "c.state IN ('drafted', 'billed') AND " + nobody}

// Known tells whether there is such a part.
func (p Part) Known() bool { return partOf[p] != "" }

// Of is how many contracts a part has.
func (c Counts) Of(p Part) int {
	switch p {
	case Drafts:
		return c.Drafted
	case Invoices:
		return c.Billed
	case Mailed:
		return c.Sent
	case OddDrafts:
		return c.Unusual
	case NotBilled:
		return c.Refused + c.Skipped + c.Thrown
	case ToNobody:
		return c.Nobody
	}
	return c.Total()
}

// Rows are the contracts of a part of a run from a place on: those first that need a look, because they went no
// further or are unusual.
func Rows(ctx context.Context, db *gorm.DB, run uuid.UUID, part Part, from, most int) ([]Row, error) {
	var out []Row
	err := eachRow(ctx, db, rowsQuery+` AND `+partOf[part]+` ORDER BY c.message = '', c.remarks = '[]' AND NOT c.late,
		c.place LIMIT ? OFFSET ?`, func(r Row) error { out = append(out, r); return nil }, run, most, from)
	return out, err
}

// EachRow hands over every contract of a run, in the order in which they are worked.
func EachRow(ctx context.Context, db *gorm.DB, run uuid.UUID, do func(Row) error) error {
	return eachRow(ctx, db, rowsQuery+` ORDER BY c.place`, do, run)
}

func eachRow(ctx context.Context, db *gorm.DB, sql string, do func(Row) error, args ...any) error {
	rows, err := db.WithContext(ctx).Raw(sql, args...).Rows()
	if err != nil {
		return fmt.Errorf("contracts of a billing run: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Row
		if err := db.ScanRows(rows, &r); err != nil {
			return fmt.Errorf("contracts of a billing run: %w", err)
		}
		for text, into := range map[string]any{r.LeftOutJSON: &r.LeftOut, r.ChangesJSON: &r.Changes,
			r.RemarksJSON: &r.Remarks} {
			if text != "[]" {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					return fmt.Errorf("contracts of a billing run: %w", err)
				}
			}
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Counts is how many contracts of a run stand where, and their money.
type Counts struct {
	Waiting, Drafted, Billed, Sent, Refused, Skipped, Thrown int
	Unusual                                                  int // drafts that somebody should look at first
	Asked                                                    int // that the work under way has still to do
	Nobody                                                   int // drafted or billed, and to be sent to nobody
	Lines                                                    int
	Sums                                                     []StateSum `gorm:"-"`
}

// StateSum is the money of those in one state and currency.
type StateSum struct {
	State    State
	Unusual  bool
	Currency string
	N        int
	Amount   decimal.Decimal
}

// Total is how many contracts the run has.
func (c Counts) Total() int {
	return c.Waiting + c.Drafted + c.Billed + c.Sent + c.Refused + c.Skipped + c.Thrown
}

// open is the condition of what is still to be done.
const open = `(state = 'waiting' OR state = 'drafted' AND goal <> 'draft' OR state = 'billed' AND goal = 'send')`

// CountsOf counts a run's contracts and adds up their money.
func CountsOf(ctx context.Context, db *gorm.DB, run uuid.UUID) (Counts, error) {
	var c Counts
	db = db.WithContext(ctx)
	err := db.Raw(`SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
			count(*) FILTER (WHERE state = 'drafted') AS drafted, count(*) FILTER (WHERE state = 'billed') AS billed,
			count(*) FILTER (WHERE state = 'sent') AS sent, count(*) FILTER (WHERE state = 'refused') AS refused,
			count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'thrown') AS thrown,
			count(*) FILTER (WHERE `+partOf[OddDrafts]+`) AS unusual,
			count(*) FILTER (WHERE `+open+`) AS asked,
			coalesce(sum(lines) FILTER (WHERE state IN ('drafted', 'billed', 'sent')), 0) AS lines,
			count(*) FILTER (WHERE `+partOf[ToNobody]+`) AS nobody
		FROM billing_run_contracts c JOIN billing_contracts k ON k.id = c.contract_id
		WHERE run_id = ?`, run).Scan(&c).Error
	if err != nil {
		return c, fmt.Errorf("count billing run: %w", err)
	}
	err = db.Raw(`SELECT c.state, c.late OR c.remarks <> '[]' AS unusual, i.currency, count(*) AS n,
			sum(i.total) AS amount
		FROM billing_run_contracts c JOIN invoices i ON i.id = c.invoice_id
		WHERE c.run_id = ? AND c.state IN ('drafted', 'billed', 'sent') GROUP BY 1, 2, 3 ORDER BY 1, 3, 2`, run).
		Scan(&c.Sums).Error
	if err != nil {
		return c, fmt.Errorf("money of billing run: %w", err)
	}
	return c, nil
}

// Sum is the money of some states by currency.
func (c Counts) Sum(of ...State) []Sum {
	var out []Sum
	for _, s := range c.Sums {
		for _, st := range of {
			if s.State != st {
				continue
			}
			if at := len(out) - 1; at >= 0 && out[at].Currency == s.Currency {
				out[at].Amount, out[at].N = out[at].Amount.Add(s.Amount), out[at].N+s.N
				continue
			}
			out = append(out, Sum{s.Currency, s.Amount, s.N})
		}
	}
	return merged(out)
}

func merged(all []Sum) []Sum {
	var out []Sum
next:
	for _, s := range all {
		for i := range out {
			if out[i].Currency == s.Currency {
				out[i].Amount, out[i].N = out[i].Amount.Add(s.Amount), out[i].N+s.N
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

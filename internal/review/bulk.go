package review

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
)

// Deeds are what this room can do to many: sign them off, with a note.
func (r Reviewer) Deeds() []selection.Deed { return []selection.Deed{signingOff{r}} }

type signingOff struct{ Reviewer }

// SignOffDeed is what that deed is called.
const SignOffDeed = "sign-off"

// Name is what the deed is called.
func (signingOff) Name() string { return SignOffDeed }

// List is the list of subscriptions.
func (signingOff) List() string { return "subscriptions" }

// Chunk is how many are signed in one transaction.
func (signingOff) Chunk() int { return atOnce }

// Marks are the ground of a signature, and the standing verdict beside it.
func (signingOff) Marks(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID   uuid.UUID
		Mark string
	}
	err := db.WithContext(ctx).Raw(`SELECT s.id, concat(v.fingerprint, ' ', s.review) AS mark FROM subscriptions s
		LEFT JOIN subscription_reviews v ON v.subscription_id = s.id WHERE s.id = ANY (?::uuid[])`,
		postgres.IDs(ids)).Scan(&rows).Error
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Mark
	}
	return out, err
}

// How a preview of signatures counts.
const (
	plainly = "without any remark"
	warned  = "with a warning"
	// SignedBefore is why a subscription with a standing signature is left alone.
	SignedBefore = "signed before"
)

// Look says which would be signed, with their seats and their price per month.
func (d signingOff) Look(ctx context.Context, db *gorm.DB, _ selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	ids := make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	facts, err := factsOf(ctx, db, clock.Today(d.Clock, d.Zone), ids)
	if err != nil {
		return nil, err
	}
	have, err := standings(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	worth, err := monthly(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(facts))
	for i, f := range facts {
		out[i] = seenOf(f, have[f.SubscriptionID], worth[f.SubscriptionID])
	}
	return out, nil
}

func seenOf(f Facts, have standing, w worth) selection.Seen {
	x := selection.Seen{ID: f.SubscriptionID, Name: f.called(), Sub: f.ExternalID, Will: true, Kind: plainly,
		Seats: w.Seats, Amount: w.Amount, Currency: w.Currency}
	why := mayNotSign(f, "")
	switch {
	case why != "":
		x.Will, x.Kind = false, why
		if Worst(Judge(f)) == Fail && strings.HasPrefix(why, failing) {
			x.Kind, x.Says = strings.TrimSuffix(failing, ": "), strings.TrimPrefix(why, failing)
		}
	case have.SignedID.Valid && have.SignedPrint == GroundOf(f).Fingerprint():
		x.Will, x.Kind = false, SignedBefore
	case Worst(Judge(f)) == Warn:
		x.Kind, x.Says = warned, warnings(f)
	}
	return x
}

func warnings(f Facts) string {
	var says []string
	for _, c := range Judge(f) {
		if c.Verdict == Warn {
			says = append(says, c.Says)
		}
	}
	return strings.Join(says, " ")
}

// worth is what a subscription comes to per month.
type worth struct {
	ID       uuid.UUID
	Seats    int
	Amount   decimal.NullDecimal
	Currency string
}

func monthly(ctx context.Context, db *gorm.DB, ids []uuid.UUID) (map[uuid.UUID]worth, error) {
	var rows []worth
	err := db.WithContext(ctx).Raw(`SELECT id, billable_quantity AS seats, currency, billable_quantity * unit_price /
			CASE price_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12
				WHEN 'three_years' THEN 36 END AS amount
		FROM subscriptions WHERE id = ANY (?::uuid[])`, postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("money to sign: %w", err)
	}
	out := make(map[uuid.UUID]worth, len(rows))
	for _, w := range rows {
		out[w.ID] = w
	}
	return out, nil
}

// Do signs those that stand as they were shown.
func (d signingOff) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	there, err := d.Marks(ctx, tx, itemIDs(items))
	if err != nil {
		return nil, err
	}
	s := SignOff{Note: w.Params["note"], Seen: map[uuid.UUID]string{}}
	var out []selection.Result
	for _, i := range items {
		if _, ok := there[i.RecordID]; !ok {
			out = append(out, selection.Result{ID: i.RecordID, Refused: "it is no longer there"})
			continue
		}
		s.IDs = append(s.IDs, i.RecordID)
		s.Seen[i.RecordID], _, _ = strings.Cut(i.Mark, " ")
	}
	signed, err := d.Sign(ctx, tx, by, s)
	if err != nil {
		return nil, err
	}
	return append(out, signed.results()...), nil
}

func itemIDs(items []selection.Item) []uuid.UUID {
	ids := make([]uuid.UUID, len(items))
	for i, x := range items {
		ids[i] = x.RecordID
	}
	return ids
}

func (o Outcome) results() []selection.Result {
	var out []selection.Result
	for id, signature := range o.signatures {
		out = append(out, selection.Result{ID: id, Trace: signature.String()})
	}
	for _, id := range o.before {
		out = append(out, selection.Result{ID: id, Refused: SignedBefore})
	}
	for _, r := range o.Refused {
		out = append(out, selection.Result{ID: r.ID, Refused: r.Why})
	}
	return out
}

// Undo takes signatures back that stand and that nothing was billed by.
func (d signingOff) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	ids := itemIDs(items)
	if err := lock(ctx, tx, sorted(ids)); err != nil {
		return nil, err
	}
	given, err := signaturesOf(ctx, tx, items)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Result, len(items))
	var free []string
	for i, x := range items {
		out[i] = selection.Result{ID: x.RecordID, Refused: given[x.Trace].keeps()}
		if out[i].Refused == "" {
			free = append(free, x.Trace)
		}
	}
	err = tx.WithContext(ctx).Exec(`UPDATE sign_offs SET lapsed_at = ?, lapsed_because = ?, taken_back = true
		WHERE id = ANY (?::uuid[])`, d.Clock.Now(), "taken back by "+by.Name, postgres.Texts(free)).Error
	if err != nil {
		return nil, fmt.Errorf("take signatures back: %w", err)
	}
	if len(free) > 0 {
		out[0].Events = []audit.Event{{Action: "subscription.sign_off_taken_back", ObjectType: "subscription",
			ObjectName: fmt.Sprintf("%d subscriptions", len(free)), Before: map[string]any{"signed": len(free)},
			After: map[string]any{"signed": 0}}}
	}
	return out, d.Refresh(ctx, tx, ids)
}

// given is a signature as it stands when it is to be taken back.
type given struct {
	ID      string
	Because string // it has lapsed
	Ended   bool   // the signature let what had come to its end go out of the review
	Billed  bool
}

func (g given) keeps() string {
	switch {
	case g.ID == "":
		return "its signature is no longer there"
	case g.Because != "":
		return "its signature has lapsed since: " + g.Because
	case g.Billed:
		return "it stands on an invoice that was made since; void that or credit it first"
	case g.Ended:
		return "it has ended since"
	}
	return ""
}

func signaturesOf(ctx context.Context, tx *gorm.DB, items []selection.Item) (map[string]given, error) {
	traces := make(postgres.Texts, 0, len(items))
	for _, i := range items {
		if i.Trace != "" {
			traces = append(traces, i.Trace)
		}
	}
	var rows []given
	err := tx.WithContext(ctx).Raw(`SELECT g.id, g.lapsed_because AS because, s.state = 'inactive' AS ended,
			EXISTS (SELECT FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
				WHERE l.subscription_id = g.subscription_id AND l.live AND i.contract_id = g.contract_id
				AND i.drafted_at >= g.signed_at) AS billed
		FROM sign_offs g JOIN subscriptions s ON s.id = g.subscription_id WHERE g.id = ANY (?::uuid[])`, traces).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("signatures to take back: %w", err)
	}
	out := make(map[string]given, len(rows))
	for _, g := range rows {
		out[g.ID] = g
	}
	return out, nil
}

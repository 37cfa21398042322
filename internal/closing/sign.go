package closing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/words"
)

// Signature is a person's word that a month is right as it stood.
type Signature struct {
	ID        uuid.UUID
	Note      string
	At        time.Time
	Actor     string
	LapsedAt  *time.Time
	LapsedWhy string
	Digest    string
	Facts     string
}

// Holds tells whether it still stands.
func (s *Signature) Holds() bool { return s != nil && s.LapsedAt == nil }

// facts are what a signature is given to.
type facts struct {
	Bills    []uuid.UUID    `json:"bills"`
	Lines    Lines          `json:"lines"`
	Charged  []money.Amount `json:"charged"`
	Billed   []money.Amount `json:"billed"`
	Findings []Finding      `json:"findings"`
}

func (s Service) facts(tx *gorm.DB, m Month) (facts, error) {
	f := facts{Lines: m.Lines, Charged: m.Charged, Findings: m.Findings}
	for _, b := range m.Bills {
		f.Bills = append(f.Bills, b.ID)
	}
	slices.SortFunc(f.Bills, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	err := tx.Raw(marginsSQL+` SELECT currency, sum(billed) AS value FROM sides GROUP BY 1 HAVING sum(billed) <> 0
		ORDER BY 1`, m.args()).Scan(&f.Billed).Error
	if err != nil {
		return f, fmt.Errorf("what was billed in %s: %w", m.Month, err)
	}
	return f, nil
}

func (f facts) digest() string {
	doc, err := json.Marshal(f)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}

// since says what is no longer as it was.
func (f facts) since(was facts) string {
	same := func(a, b any) bool {
		x, errA := json.Marshal(a)
		y, errB := json.Marshal(b)
		return errors.Join(errA, errB) == nil && string(x) == string(y)
	}
	switch {
	case !same(f.Bills, was.Bills):
		return "a bill came in, was replaced or was taken back"
	case !same(f.Charged, was.Charged):
		return "the bill comes to " + textOf(f.Charged) + ", it came to " + textOf(was.Charged)
	case !same(f.Billed, was.Billed):
		return "we bill " + textOf(f.Billed) + ", it was " + textOf(was.Billed)
	case !same(f.Findings, was.Findings):
		return fmt.Sprintf("%s, it was %s", f.standing(), was.standing())
	}
	return "lines are matched or compared otherwise"
}

// textOf are amounts in words.
func textOf(all []money.Amount) string {
	if len(all) == 0 {
		return "nothing"
	}
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = money.Grouped(a.Value, a.Currency) + " " + a.Currency
	}
	return strings.Join(out, ", ")
}

func (f facts) standing() string {
	open, done := 0, 0
	for _, x := range f.Findings {
		open, done = open+x.Open, done+x.Done
	}
	return words.Counted(open, "difference") + " to do and " + words.Count(done) + " decided"
}

func signature(tx *gorm.DB, k Key) (*Signature, error) {
	var all []Signature
	err := tx.Raw(`SELECT id, note, at, actor, lapsed_at, lapsed_why, digest, facts::text AS facts FROM supplier_months
		WHERE month = @month AND provider_id IS NOT DISTINCT FROM CAST(@provider AS uuid) ORDER BY at DESC,
			id DESC LIMIT 1`,
		k.args()).Scan(&all).Error
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Sign closes a month as it was shown. What changed since, what waits for its comparison and a month without a bill
// are refused.
func (s Service) Sign(ctx context.Context, by audit.Actor, k Key, digest, note string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.lock(tx, k); err != nil {
			return err
		}
		m, err := s.Read(ctx, tx, k)
		if err != nil {
			return err
		}
		if err := m.signable(digest); err != nil {
			return err
		}
		f, err := s.facts(tx, m)
		if err != nil {
			return err
		}
		doc, err := json.Marshal(f)
		if err != nil {
			return err
		}
		id := uuid.Must(uuid.NewV7())
		err = tx.Exec(`INSERT INTO supplier_months (id, provider_id, month, facts, digest, note, at, actor, actor_id)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, k.ProviderID, k.Month, string(doc), f.digest(), note,
			s.Clock.Now(),
			by.Name, uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()}).Error
		if err != nil {
			return fmt.Errorf("sign %s: %w", k.Month, err)
		}
		return s.told(ctx, tx, by, "supplier_month.signed", m, id, map[string]any{"note": note,
			"standing": f.standing(),
			"charged":  textOf(f.Charged), "billed": textOf(f.Billed)})
	})
}

func (m Month) signable(digest string) error {
	switch {
	case len(m.Bills) == 0:
		return errs.New(errs.Conflict, "This month has no bill yet. Bring it in first.")
	case m.Signed.Holds():
		return errs.New(errs.Conflict, "This month is signed already, by "+m.Signed.Actor+".")
	case m.Digest != digest:
		return errs.New(errs.Conflict, "Something in this month has changed since the page was shown, so nothing was "+
			"signed. Look at it again and sign what stands now.")
	}
	for _, b := range m.Bills {
		if b.Waiting {
			return errs.New(errs.Conflict, "The bill "+b.Called+" is still being compared. Sign when that is done.")
		}
	}
	return nil
}

// Reopen takes a signature back, with why.
func (s Service) Reopen(ctx context.Context, by audit.Actor, k Key, why string) error {
	if why == "" {
		return errs.Fields{"why": "Say why the month is opened again."}.Err()
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.lock(tx, k); err != nil {
			return err
		}
		m, err := s.Read(ctx, tx, k)
		if err != nil {
			return err
		}
		if !m.Signed.Holds() {
			return errs.New(errs.Conflict, "This month is not signed.")
		}
		return s.lapse(ctx, tx, by, m, "opened again by "+by.Name+": "+why)
	})
}

// lock lets one at a time sign, reopen or lapse a month.
func (s Service) lock(tx *gorm.DB, k Key) error {
	return tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended('supplier month ' || ?, 0))",
		k.Month.String()+" "+k.ProviderID.UUID.String()).Error
}

func (s Service) lapse(ctx context.Context, tx *gorm.DB, by audit.Actor, m Month, why string) error {
	err := tx.Exec("UPDATE supplier_months SET lapsed_at = ?, lapsed_why = ? WHERE id = ? AND lapsed_at IS NULL",
		s.Clock.Now(), why, m.Signed.ID).Error
	if err != nil {
		return fmt.Errorf("lapse of %s: %w", m.Month, err)
	}
	return s.told(ctx, tx, by, "supplier_month.lapsed", m, m.Signed.ID, map[string]any{"why": why})
}

func (s Service) told(ctx context.Context, tx *gorm.DB, by audit.Actor, action string, m Month, id uuid.UUID,
	after map[string]any,
) error {
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: action, ObjectType: "supplier_month",
		ObjectID: id.String(), ObjectName: m.Called(), After: after})
}

// Called is how a person names the month: "2026-10, TD SYNNEX".
func (m Month) Called() string {
	name := m.Month.String()[:7]
	if m.Provider != "" {
		name += ", " + m.Provider
	}
	return name
}

// Watch has signatures lapse under which something changed, with what it was.
func (s Service) Watch(ctx context.Context) error {
	var keys []Key
	err := s.DB.Read(ctx).Raw("SELECT provider_id, month FROM supplier_months WHERE lapsed_at IS NULL").
		Scan(&keys).Error
	if err != nil {
		return fmt.Errorf("signed months: %w", err)
	}
	var failed []error
	for _, k := range keys {
		failed = append(failed, s.Check(ctx, k))
	}
	return errors.Join(failed...)
}

// Check has the signature of a month lapse where something in it changed.
func (s Service) Check(ctx context.Context, k Key) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.lock(tx, k); err != nil {
			return err
		}
		m, err := s.Read(ctx, tx, k)
		if err != nil || !m.Signed.Holds() || m.Signed.Digest == m.Digest {
			return err
		}
		now, err := s.facts(tx, m)
		if err != nil {
			return err
		}
		var was facts
		if err := json.Unmarshal([]byte(m.Signed.Facts), &was); err != nil {
			return fmt.Errorf("what was signed of %s: %w", k.Month, err)
		}
		return s.lapse(ctx, tx, audit.System, m, now.since(was))
	})
}

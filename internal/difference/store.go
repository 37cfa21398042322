package difference

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// space makes the same difference of the same bill bear the same id whenever it is compared.
var space = uuid.MustParse("5b0c7a86-4c0e-4f0e-9d5e-2f6f1f0f7c11")

func (f found) id(b bill) uuid.UUID {
	return uuid.NewSHA1(space, []byte(strings.Join([]string{b.Root.String(), string(f.Kind), f.Subject, f.Currency},
		"\x00")))
}

// stored is a difference as it goes into the table.
type stored struct {
	ID           uuid.UUID     `json:"id"`
	Kind         Kind          `json:"kind"`
	Subject      string        `json:"subject"`
	Subscription uuid.NullUUID `json:"subscription_id"`
	ExternalID   string        `json:"external_id"`
	CRMAccount   uuid.NullUUID `json:"crm_account_id"`
	Customer     string        `json:"customer"`
	Product      string        `json:"product"`
	Part         string        `json:"part_number"`
	Month        string        `json:"month_amount"`
	Once         string        `json:"once_amount"`
	Currency     string        `json:"currency"`
	Since        string        `json:"since"`
	Why          string        `json:"why"`
	Reached      Reached       `json:"reached"`
	Lines        []uuid.UUID   `json:"lines"`
	Sales        []uuid.UUID   `json:"sales"`
}

const storedAtOnce = 500

// A decision holds while the money stays what it was decided about; where it does not, the difference is to do again,
// and says why. What a row says already is not written again.
const storeSQL = `
WITH said AS MATERIALIZED (
	SELECT r.* FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS r (id uuid, kind text, subject text, subscription_id
		uuid,
		external_id text, crm_account_id uuid, customer text, product text, part_number text, month_amount numeric,
		once_amount numeric, currency text, since date, why text, reached text)),
before AS (
	SELECT DISTINCT ON (r.id) r.id, d.times, d.first_bill_id FROM said r JOIN differences d
		ON d.subject = r.subject AND d.kind = r.kind AND d.currency = r.currency AND d.gone_at IS NULL AND d.bill_id
		<> @bill
	JOIN supplier_comparisons c ON c.bill_id = d.bill_id
	JOIN supplier_bills b ON b.id = d.bill_id AND b.aside_at IS NULL AND b.provider_id IS NOT DISTINCT FROM
		CAST(@provider AS uuid)
	WHERE c.to_on <= CAST(@from AS date) AND c.to_on > CAST(@from AS date) - 45 ORDER BY r.id, c.to_on DESC, d.times
		DESC)
INSERT INTO differences AS d (id, bill_id, provider_id, kind, subject, subscription_id, external_id, crm_account_id,
	customer,
	product, part_number, month_amount, once_amount, currency, since, why, reached, times, first_bill_id, found_at)
SELECT r.id, @bill, CAST(@provider AS uuid), r.kind, r.subject, r.subscription_id, r.external_id, r.crm_account_id,
	r.customer,
	r.product, r.part_number, r.month_amount, r.once_amount, r.currency, r.since, r.why, r.reached,
	coalesce(p.times + 1, 1), coalesce(p.first_bill_id, @bill), CAST(@at AS timestamptz)
FROM said r LEFT JOIN before p ON p.id = r.id ORDER BY r.id
ON CONFLICT (id) DO UPDATE SET bill_id = excluded.bill_id, external_id = excluded.external_id,
	crm_account_id = excluded.crm_account_id, customer = excluded.customer, product = excluded.product,
	part_number = excluded.part_number, month_amount = excluded.month_amount, once_amount = excluded.once_amount,
	since = excluded.since, why = excluded.why, reached = excluded.reached, times = excluded.times,
	first_bill_id = excluded.first_bill_id, gone_at = NULL,
	state = CASE WHEN d.decided_once = excluded.once_amount THEN d.state ELSE 'todo' END,
	decided_at = CASE WHEN d.decided_once = excluded.once_amount THEN d.decided_at END,
	again_why = CASE WHEN d.state <> 'todo' AND d.decided_once <> excluded.once_amount THEN d.state || ' at '
		|| trim_scale(d.decided_once) || ' by ' || d.decided_by || ', and it comes to something else now' ELSE
		d.again_why END,
	version = d.version + 1
WHERE (d.bill_id, d.external_id, d.crm_account_id, d.customer, d.product, d.part_number, d.month_amount,
	d.once_amount, d.since,
	d.why, d.reached, d.times, d.first_bill_id, d.gone_at) IS DISTINCT FROM (excluded.bill_id, excluded.external_id,
	excluded.crm_account_id, excluded.customer, excluded.product, excluded.part_number, excluded.month_amount,
	excluded.once_amount, excluded.since, excluded.why, excluded.reached, excluded.times, excluded.first_bill_id,
		NULL)`

// store keeps what a comparison found, unless a later one has kept its own meanwhile.
func (s Service) store(ctx context.Context, b bill, all []found, n figures) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		tx = tx.WithContext(ctx)
		var done int64
		if err := tx.Exec(`INSERT INTO supplier_comparisons (bill_id, asked, asked_at) VALUES (?, ?, ?)
			ON CONFLICT DO NOTHING`, b.ID, b.asked, s.Clock.Now()).Error; err != nil {
			return err
		}
		if err := tx.Raw(`SELECT done FROM supplier_comparisons WHERE bill_id = ? FOR UPDATE`, b.ID).Row().
			Scan(&done); err != nil {
			return err
		}
		if done > b.asked {
			return nil
		}
		ids := make(postgres.IDs, 0, len(all))
		for part := range slices.Chunk(all, storedAtOnce) {
			kept, err := s.keep(tx, b, part)
			if err != nil {
				return err
			}
			ids = append(ids, kept...)
		}
		if err := b.hash(tx, true); err != nil {
			return err
		}
		err := tx.Exec(`UPDATE differences d SET gone_at = ?, version = version + 1 WHERE bill_id = ANY (CAST(? AS
		uuid[]))
				AND gone_at IS NULL AND NOT EXISTS (SELECT FROM unnest(CAST(? AS uuid[])) AS k WHERE k = d.id)`,
			s.Clock.Now(), b.chain, ids).Error
		if err != nil {
			return fmt.Errorf("differences that are gone: %w", err)
		}
		if err := s.ruled(tx, b); err != nil {
			return err
		}
		if err := s.tally(tx, b, n); err != nil {
			return err
		}
		return s.tell(tx, b)
	})
}

// answerSQL says of each line whether it is what it should have been, or why it cannot be said.
const answerSQL = `
WITH uncovered AS MATERIALIZED (SELECT CAST(c AS uuid) AS id FROM unnest(CAST(@uncovered AS text[])) AS c),
apart AS MATERIALIZED (SELECT CAST(i AS uuid) AS id, why FROM unnest(CAST(@lines AS text[]), CAST(@whys AS text[]))
	AS a (i, why)),
said AS (
	SELECT m.line_id, CASE WHEN a.id IS NOT NULL THEN 'different' WHEN m.subscription_id IS NULL OR l.usage OR c.id
		IS NOT NULL THEN 'incomparable' ELSE 'equal' END AS answer,
		CASE WHEN a.id IS NOT NULL THEN a.why WHEN l.usage THEN 'usage has no expected cost'
			WHEN m.subscription_id IS NULL THEN 'no subscription of ours' WHEN c.id IS NOT NULL THEN
			'the ledger has none of its days'
			ELSE '' END AS why
	FROM supplier_matches m JOIN supplier_bill_lines l ON l.id = m.line_id LEFT JOIN uncovered c ON c.id = m.line_id
	LEFT JOIN apart a ON a.id = m.line_id AND m.subscription_id IS NOT NULL
	WHERE m.bill_id = @bill AND l.bill_id = @bill)
UPDATE supplier_matches m SET answer = s.answer, answer_why = s.why FROM said s
WHERE s.line_id = m.line_id AND m.bill_id = @bill AND (m.answer, m.answer_why) IS DISTINCT FROM (s.answer, s.why)`

// tally keeps how much of the bill was compared, and what came of each line.
func (s Service) tally(tx *gorm.DB, b bill, n figures) error {
	var lines, whys postgres.Texts
	for line, why := range n.answers.why {
		lines, whys = append(lines, line), append(whys, why)
	}
	err := tx.Exec(answerSQL, map[string]any{"bill": b.ID, "uncovered": n.answers.uncovered, "lines": lines,
		"whys": whys}).Error
	if err != nil {
		return fmt.Errorf("keep the answers about lines: %w", err)
	}
	err = tx.Exec(`UPDATE supplier_comparisons c SET done = greatest(done, ?), compared_at = ?, from_on = ?, to_on =
		?,
		lines = t.lines, matched = t.matched, compared = ?, equal = t.equal, differ = t.differ,
		incomparable = t.lines - t.equal - t.differ, trouble = ''
		FROM (SELECT count(*) AS lines, count(*) FILTER (WHERE way <> 'none') AS matched,
				count(*) FILTER (WHERE answer = 'equal') AS equal, count(*) FILTER (WHERE answer = 'different') AS
				differ
			FROM supplier_matches WHERE bill_id = ?) t WHERE c.bill_id = ?`,
		b.asked, s.Clock.Now(), b.about.From, b.about.To, n.compared, b.ID, b.ID).Error
	if err != nil {
		return fmt.Errorf("keep the figures of a comparison: %w", err)
	}
	return nil
}

func (s Service) keep(tx *gorm.DB, b bill, all []found) (postgres.IDs, error) {
	rows, ids := make([]stored, len(all)), make(postgres.IDs, len(all))
	for i, f := range all {
		ids[i] = f.id(b)
		rows[i] = stored{ids[i], f.Kind, f.Subject, f.Subscription, f.ExternalID, f.CRMAccount, f.Customer, f.Product,
			f.Part, f.Month.String(), f.Once.String(), f.Currency, f.Since, f.Why, f.Reached, f.Lines, f.Sales}
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	args := map[string]any{"rows": string(doc), "bill": b.ID, "provider": b.ProviderID, "from": b.about.From,
		"at": s.Clock.Now()}
	for _, sql := range []string{storeSQL, linesGone, linesCome, salesGone, salesCome} {
		if err := tx.Exec(sql, args).Error; err != nil {
			return nil, fmt.Errorf("keep differences: %w", err)
		}
	}
	return ids, nil
}

const (
	saidLines = `(SELECT r.id, CAST(l AS uuid) AS line FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS r (id uuid,
		lines jsonb),
		jsonb_array_elements_text(coalesce(nullif(r.lines, 'null'), '[]')) AS l)`
	saidSales = `(SELECT r.id, CAST(l AS uuid) AS line FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS r (id uuid,
		sales jsonb),
		jsonb_array_elements_text(coalesce(nullif(r.sales, 'null'), '[]')) AS l)`
	these     = `(SELECT r.id FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS r (id uuid))`
	linesGone = `DELETE FROM difference_lines x WHERE difference_id IN ` + these + `
		AND NOT EXISTS (SELECT FROM ` + saidLines + ` r WHERE r.id = x.difference_id AND r.line = x.line_id)`
	linesCome = `INSERT INTO difference_lines SELECT id, line FROM ` + saidLines + ` r ON CONFLICT DO NOTHING`
	salesGone = `DELETE FROM difference_sales x WHERE difference_id IN ` + these + `
		AND NOT EXISTS (SELECT FROM ` + saidSales + ` r WHERE r.id = x.difference_id AND r.line = x.invoice_line_id)`
	salesCome = `INSERT INTO difference_sales SELECT r.id, x.id FROM ` + saidSales + ` r JOIN invoice_lines x ON
		x.id = r.line
		ON CONFLICT DO NOTHING`
)

package selection

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

const isGone = "it is no longer there"

// look keeps what a deed would do to some records.
func look(ctx context.Context, tx *gorm.DB, deed Deed, w Work, items []Item) error {
	marks, err := deed.Marks(ctx, tx, recordsOf(items))
	if err != nil {
		return err
	}
	var records []Record
	var missing []Seen
	for _, i := range items {
		mark, there := marks[i.RecordID]
		if !there {
			missing = append(missing, Seen{ID: i.RecordID, Name: i.Name, Kind: isGone})
			continue
		}
		records = append(records, Record{i.RecordID, mark})
	}
	seen, err := deed.Look(ctx, tx, w, records)
	if err != nil {
		return err
	}
	if err := mark(tx, w.ID, records); err != nil {
		return err
	}
	return keep(tx, w.ID, append(seen, missing...), true)
}

func recordsOf(items []Item) []uuid.UUID {
	ids := make([]uuid.UUID, len(items))
	for i, x := range items {
		ids[i] = x.RecordID
	}
	return ids
}

func mark(tx *gorm.DB, work uuid.UUID, records []Record) error {
	ids, marks := make([]uuid.UUID, len(records)), make([]string, len(records))
	for i, r := range records {
		ids[i], marks[i] = r.ID, r.Mark
	}
	return tx.Exec(`UPDATE bulk_items i SET mark = r.mark FROM unnest(?::uuid[], ?::text[]) AS r (id, mark)
		WHERE i.work_id = ? AND i.record_id = r.id`, postgres.IDs(ids), postgres.Texts(marks), work).Error
}

// keep stores what was seen; with decide also whether it will be done.
func keep(tx *gorm.DB, work uuid.UUID, seen []Seen, decide bool) error {
	c := newColumns(len(seen))
	for _, x := range seen {
		c.add(x)
	}
	return tx.Exec(`UPDATE bulk_items i SET name = r.name, sub = r.sub, kind = r.kind, says = r.says, seats = r.seats,
			amount = nullif(r.amount, '')::numeric, was = nullif(r.was, '')::numeric, currency = r.currency,
			state = CASE WHEN NOT ? THEN i.state WHEN r.will = 'yes' THEN 'will' ELSE 'wont' END,
			why = CASE WHEN r.will = 'yes' OR NOT ? THEN '' ELSE r.kind END
		FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[],
				?::text[]) AS r (id, name, sub, kind, says, seats, amount, currency, will, was)
		WHERE i.work_id = ? AND i.record_id = r.id`, decide, decide,
		c.ids, c.names, c.subs, c.kinds, c.says, c.seats, c.amounts, c.currencies, c.will, c.was, work).Error
}

// columns are what was seen, one array a column, so that any number of records is one statement.
type columns struct {
	ids                                                             postgres.IDs
	names, subs, kinds, says, seats, amounts, currencies, will, was postgres.Texts
}

func newColumns(n int) *columns { return &columns{ids: make(postgres.IDs, 0, n)} }

func (c *columns) add(x Seen) {
	will := map[bool]string{true: "yes", false: "no"}[x.Will]
	c.ids, c.names, c.subs = append(c.ids, x.ID), append(c.names, x.Name), append(c.subs, x.Sub)
	c.kinds, c.says = append(c.kinds, x.Kind), append(c.says, x.Says)
	c.seats = append(c.seats, decimal.NewFromInt(int64(x.Seats)).String())
	c.amounts, c.currencies = append(c.amounts, digits(x.Amount)), append(c.currencies, x.Currency)
	c.will, c.was = append(c.will, will), append(c.was, digits(x.Was))
}

// digits are an amount's; none where it is not known.
func digits(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return d.Decimal.String()
}

// seal gives a preview that is whole its digest: of the records, how they stand, what would be
// done to each, and the money.
func (s *Service) seal(tx *gorm.DB, w Work) error {
	if w.Step != Looking || w.Digest != "" {
		return nil
	}
	return tx.Exec(`UPDATE bulk_works SET digest = (`+digestOf+`) WHERE id = ? AND step = 'look'`, w.ID, w.ID).Error
}

const digestOf = `SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
	record_id, state, mark, kind, seats, amount, currency, was), ' ' ORDER BY record_id), ''), 'UTF8')), 'hex')
	FROM bulk_items WHERE work_id = ?`

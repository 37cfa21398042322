package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/imports/sheet"
)

// Choice is what a person says of a file.
type Choice struct {
	ID      uuid.UUID
	Sheet   string            // worksheet; empty: as it is
	Form    *string           // sort of file; nil: as it is
	Fields  []string          // our column for each of the file's, in its order; empty: not used
	Decimal *Decimal          // nil: as it is; Undecided: by the file itself
	Answers map[string]string // to the kind's questions; those not named stay
}

// Choose sets what a person says of a file, and remembers columns, form and decimal
// sign for files with the same column names. It tells whether that is a change: then
// what the person saw is no longer the preview. A field given twice, or to a column
// that is not there, is errs.Invalid.
func (s Service) Choose(ctx context.Context, by audit.Actor, k Kind, c Choice) (changed bool, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, c.ID, "FOR UPDATE")
		if err != nil || f.AppliedAt != nil {
			return err
		}
		changed, err = s.choose(tx, by, k, f, c)
		return err
	})
	return changed, err
}

func (s Service) choose(tx *gorm.DB, by audit.Actor, k Kind, f stored, c Choice) (bool, error) {
	seen, err := f.understand(tx, k)
	if err != nil {
		return false, err
	}
	opened, now := seen.sheet, seen.layout
	if c.Sheet != "" && c.Sheet != opened.Name {
		return true, s.otherSheet(tx, k, f, c.Sheet)
	}
	if c.Form != nil && *c.Form != now.Form {
		l, err := recognise(&opened, formOf(k, *c.Form))
		if err != nil {
			return false, err
		}
		l.SavedBy, l.SavedAt = by.Name, s.Clock.Now()
		return true, errors.Join(keepLayout(tx, f.ID, nil, l), s.remember(tx, k, l))
	}
	l, changed, err := now.chosen(formOf(k, now.Form).Columns, c.Fields)
	if err != nil {
		return false, err
	}
	if c.Decimal != nil && *c.Decimal != l.Decimal {
		l.Decimal, l.Before, changed = *c.Decimal, Undecided, true
	}
	remembered := changed
	for _, q := range seen.questions {
		if v, given := c.Answers[q.Name]; given && v != q.Value {
			l.answer(q.Name, v)
			changed = true
		}
	}
	if !changed {
		return false, nil
	}
	if remembered {
		l.SavedBy, l.SavedAt = by.Name, s.Clock.Now()
		if err := s.remember(tx, k, l); err != nil {
			return false, err
		}
	}
	return true, keepLayout(tx, f.ID, nil, l)
}

// otherSheet takes another worksheet of the file, with the columns that it has.
func (s Service) otherSheet(tx *gorm.DB, k Kind, f stored, name string) error {
	content, err := f.content(tx)
	if err != nil {
		return err
	}
	opened, rows, err := openSheet(tx, k, content, name)
	if err != nil {
		return err
	}
	l, err := s.recall(tx, k, &opened)
	if err != nil {
		return err
	}
	return keepLayout(tx, f.ID, rows, l)
}

func openSheet(tx *gorm.DB, k Kind, content []byte, name string) (sheet.Sheet, []byte, error) {
	if _, long := k.(Streamer); !long {
		return sheet.Open(tx.Statement.Context, content, name)
	}
	opened, err := sheet.TakeWorkbook(tx.Statement.Context, content, name, tells)
	if err != nil {
		return opened, nil, err
	}
	rows, err := json.Marshal(opened)
	return opened, rows, err
}

func (l *Layout) answer(question, v string) {
	if l.Answers = maps.Clone(l.Answers); l.Answers == nil {
		l.Answers = map[string]string{}
	}
	l.Answers[question] = v
}

// chosen is the layout with a person's choice in it.
func (l Layout) chosen(columns []Column, fields []string) (Layout, bool, error) {
	problems, changed := errs.Fields{}, false
	at := map[string]int{}
	out := l
	out.Columns = slices.Clone(l.Columns)
	for i := range out.Columns {
		if i >= len(fields) {
			break
		}
		p, field := &out.Columns[i], fields[i]
		c := slices.IndexFunc(columns, func(c Column) bool { return c.Name == field })
		first, twice := at[field]
		switch {
		case field == "":
		case c < 0:
			problems.Add(ColumnName(i), "There is no field %q.", field)
		case twice:
			problems.Add(ColumnName(i), "%s and %s cannot both be the %s. Choose one, and do not use the other.",
				quoted(out.Columns[first].Head), quoted(p.Head), columns[c].label())
		default:
			at[field] = i
		}
		if p.Field != field {
			changed, p.Field, p.How = true, field, Chosen
		}
	}
	return out, changed, problems.Err()
}

// ColumnName is the name under which a form says what the i-th column is.
func ColumnName(i int) string { return fmt.Sprintf("column.%d", i) }

func quoted(head string) string {
	if head == "" {
		return "a column without a name"
	}
	return "“" + head + "”"
}

// layoutFor recognises a file's columns, or remembers them. Its error says what is lacking.
func (s Service) layoutFor(ctx context.Context, k Kind, opened *sheet.Sheet) (Layout, error) {
	db := s.DB.Read(ctx)
	l, err := s.recall(db, k, opened)
	if err != nil {
		return l, err
	}
	if l.Answers, err = l.answersBefore(db, k); err != nil {
		return l, err
	}
	return l, l.complete(formOf(k, l.Form).Columns)
}

const lookedBack = 50 // files

// answersBefore are those of the last file of this form that was applied here; of a form
// that Asks, of the last one with the same column names.
func (l Layout) answersBefore(db *gorm.DB, k Kind) (map[string]string, error) {
	var found [][]byte
	subject := k.Subject()
	err := db.Raw(`SELECT layout FROM imports WHERE kind = ? AND target_id IS NOT DISTINCT FROM ?
		AND applied_at IS NOT NULL
			AND coalesce(layout->>'form', '') = ? AND layout->'answers' IS NOT NULL
		ORDER BY applied_at DESC LIMIT ?`, subject.Kind, subject.target(), l.Form, lookedBack).Scan(&found).Error
	if err != nil {
		return nil, err
	}
	asks := formOf(k, l.Form).Asks
	for _, doc := range found {
		before := Layout{}
		if err := json.Unmarshal(doc, &before); err != nil {
			return nil, fmt.Errorf("layout of a file before: %w", err)
		}
		if asks && before.headers() != l.headers() {
			continue
		}
		if s, streams := k.(Streamer); streams {
			for _, once := range s.Forgets() {
				delete(before.Answers, once)
			}
		}
		return before.Answers, nil
	}
	return nil, nil
}

// recall gives what a person chose last for such column names, else what they look like.
func (s Service) recall(db *gorm.DB, k Kind, opened *sheet.Sheet) (Layout, error) {
	l, err := recogniseForm(opened, k)
	if err != nil {
		return l, err
	}
	var found []struct {
		Fields  []byte
		Form    string
		Decimal Decimal `gorm:"column:decimal_sign"`
		SavedBy string
		SavedAt time.Time
	}
	err = db.Raw(`SELECT fields, form, decimal_sign, saved_by, saved_at FROM import_layouts WHERE kind = ?
		AND headers = ?`, k.Subject().Kind, l.headers()).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return l, err
	}
	fields := map[string]string{}
	if err := json.Unmarshal(found[0].Fields, &fields); err != nil {
		return l, fmt.Errorf("remembered columns: %w", err)
	}
	if found[0].Form != l.Form {
		if l, err = recognise(opened, formOf(k, found[0].Form)); err != nil {
			return l, err
		}
	}
	l.Before, l.SavedBy, l.SavedAt = found[0].Decimal, found[0].SavedBy, found[0].SavedAt
	for i, key := range l.keys() {
		if field, ok := fields[key]; ok && field != l.Columns[i].Field {
			l.Columns[i].Field, l.Columns[i].How = field, Remembered
		}
	}
	return l, nil
}

func (s Service) remember(tx *gorm.DB, k Kind, l Layout) error {
	fields := map[string]string{}
	for i, key := range l.keys() {
		fields[key] = l.Columns[i].Field
	}
	doc, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO import_layouts (kind, headers, fields, form, decimal_sign, saved_by, saved_at)
		VALUES (?, ?, ?::jsonb, ?, ?, ?, ?)
		ON CONFLICT (kind, headers) DO UPDATE
		SET fields = excluded.fields, form = excluded.form, decimal_sign = excluded.decimal_sign,
			saved_by = excluded.saved_by, saved_at = excluded.saved_at`,
		k.Subject().Kind, l.headers(), string(doc), l.Form, l.Decimal, l.SavedBy, l.SavedAt).Error
}

// keys name the columns; a name that comes again is numbered.
func (l Layout) keys() []string {
	seen := map[string]int{}
	out := make([]string, len(l.Columns))
	for i, p := range l.Columns {
		out[i] = strings.ToLower(FoldKey(p.Head))
		if seen[out[i]]++; seen[out[i]] > 1 {
			out[i] = fmt.Sprintf("%s#%d", out[i], seen[out[i]])
		}
	}
	return out
}

// headers stands for the set of column names, in whatever order.
func (l Layout) headers() string {
	keys := l.keys()
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(keys, "\x1f")))
	return hex.EncodeToString(sum[:16])
}

// keepLayout stores what is known of a file, and its rows where they were read anew.
func keepLayout(tx *gorm.DB, id uuid.UUID, rows []byte, l Layout) error {
	doc, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if rows == nil {
		return tx.Exec(`UPDATE imports SET layout = ?::jsonb WHERE id = ?`, string(doc), id).Error
	}
	return tx.Exec(`UPDATE imports SET layout = ?::jsonb, sheet = ? WHERE id = ?`, string(doc), rows, id).Error
}

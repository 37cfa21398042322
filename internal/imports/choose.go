package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Choice is what a person says of a file's columns.
type Choice struct {
	ID     uuid.UUID
	Sheet  string   // worksheet; empty: as it is
	Fields []string // our column for each of the file's, in its order; empty: not used
}

// Choose sets which column is which, and remembers it for files with the same column
// names. It tells whether that is a change: then what the person saw is no longer the
// preview. A field given twice, or to a column that is not there, is errs.Invalid.
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
	opened, now, err := f.read(k.Columns())
	if err != nil {
		return false, err
	}
	if c.Sheet != "" && c.Sheet != opened.Name {
		if opened, err = f.open(c.Sheet); err != nil {
			return false, err
		}
		l, err := s.recall(tx, k, opened)
		if err != nil {
			return false, err
		}
		return true, keepLayout(tx, f.ID, opened, l)
	}
	l, changed, err := now.chosen(k.Columns(), c.Fields)
	if err != nil || !changed {
		return false, err
	}
	l.SavedBy, l.SavedAt = by.Name, s.Clock.Now()
	if err := keepLayout(tx, f.ID, sheet{}, l); err != nil {
		return false, err
	}
	return true, s.remember(tx, by, k, l)
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
			problems.Add(ColumnName(i), "%s and %s cannot both be the %s. Choose one, and do not use the other.", quoted(out.Columns[first].Head), quoted(p.Head), columns[c].label())
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
func (s Service) layoutFor(ctx context.Context, k Kind, opened sheet) (Layout, error) {
	l, err := s.recall(s.DB.Read(ctx), k, opened)
	if err != nil {
		return l, err
	}
	return l, l.complete(k.Columns())
}

// recall gives what a person chose last for such column names, else what they look like.
func (s Service) recall(db *gorm.DB, k Kind, opened sheet) (Layout, error) {
	l, err := recognise(opened, k.Columns())
	if err != nil || !mappable(k.Columns()) {
		return l, err
	}
	var found []struct {
		Fields  []byte
		SavedBy string
		SavedAt time.Time
	}
	err = db.Raw(`SELECT fields, saved_by, saved_at FROM import_layouts WHERE kind = ? AND headers = ?`, k.Subject().Kind, l.headers()).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return l, err
	}
	fields := map[string]string{}
	if err := json.Unmarshal(found[0].Fields, &fields); err != nil {
		return l, fmt.Errorf("remembered columns: %w", err)
	}
	l.SavedBy, l.SavedAt = found[0].SavedBy, found[0].SavedAt
	for i, key := range l.keys() {
		if field, ok := fields[key]; ok && field != l.Columns[i].Field {
			l.Columns[i].Field, l.Columns[i].How = field, Remembered
		}
	}
	return l, nil
}

func (s Service) remember(tx *gorm.DB, by audit.Actor, k Kind, l Layout) error {
	fields := map[string]string{}
	for i, key := range l.keys() {
		fields[key] = l.Columns[i].Field
	}
	doc, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO import_layouts (kind, headers, fields, saved_by, saved_at) VALUES (?, ?, ?::jsonb, ?, ?)
		ON CONFLICT (kind, headers) DO UPDATE SET fields = excluded.fields, saved_by = excluded.saved_by, saved_at = excluded.saved_at`,
		k.Subject().Kind, l.headers(), string(doc), by.Name, s.Clock.Now()).Error
}

// keys name the columns; a name that comes again is numbered.
func (l Layout) keys() []string {
	seen := map[string]int{}
	out := make([]string, len(l.Columns))
	for i, p := range l.Columns {
		out[i] = strings.ToLower(strings.TrimSpace(p.Head))
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

// keepLayout stores which column is which, and the rows of a workbook, which take long to read.
func keepLayout(tx *gorm.DB, id uuid.UUID, s sheet, l Layout) error {
	doc, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if s.Name == "" {
		return tx.Exec(`UPDATE imports SET layout = ?::jsonb WHERE id = ?`, string(doc), id).Error
	}
	rows, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE imports SET layout = ?::jsonb, sheet = ? WHERE id = ?`, string(doc), rows, id).Error
}

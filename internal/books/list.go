package books

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/books/bookfile"
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Row is one export of the list.
type Row struct {
	Export
	Files    int
	Standing int // documents that were not taken back
}

// All is the list of exports, one for each time somebody made one: it needs no index of its own.
var All = &listing.List[Row]{
	Name: "exports", One: "export", Many: "exports",
	Table: "book_exports e", ID: "e.id", Default: "-number",
	Search: listing.Search{Label: "Search who made it or the number of an invoice",
		Where: `lower(e.made_by) LIKE ? OR EXISTS (SELECT FROM book_export_invoices x JOIN invoices i ON i.id =
			x.invoice_id
			WHERE x.export_id = e.id AND lower(i.number_text) LIKE ?)`},
	Columns: []listing.Column[Row]{
		{Key: "id", SQL: "e.id", Kind: listing.Word, Into: func(r *Row) any { return &r.ID }},
		{Key: "number", Label: "Export", SQL: "e.number", Kind: listing.Whole,
			Into: func(r *Row) any { return &r.Number },
			Sort: listing.Sort{Expr: "e.number", Kind: paging.Integer}},
		{Key: "system", Label: "System", SQL: "e.system", Kind: listing.Word,
			Into: func(r *Row) any { return &r.System }},
		{Key: "made_at", Label: "Made", SQL: "date_trunc('second', e.made_at)", Kind: listing.Moment,
			Into: func(r *Row) any { return &r.MadeAt }},
		{Key: "made_by", Label: "By", SQL: "e.made_by", Into: func(r *Row) any { return &r.MadeBy }},
		{Key: "files", Label: "Files", Kind: listing.Whole, Into: func(r *Row) any { return &r.Files },
			SQL: "(SELECT count(*) FROM book_files f WHERE f.export_id = e.id)"},
		{Key: "documents", Label: "Documents", SQL: "e.documents", Kind: listing.Whole,
			Into: func(r *Row) any { return &r.Documents }},
		{Key: "standing", Label: "Not taken back", Kind: listing.Whole, Into: func(r *Row) any { return &r.Standing },
			SQL: `(SELECT count(*) FROM book_export_invoices x JOIN invoices i ON i.id = x.invoice_id
				AND i.document_of IS NULL WHERE x.export_id = e.id AND x.taken_back_at IS NULL)`},
		{Key: "taken_back_at", SQL: "date_trunc('second', e.taken_back_at)", Kind: listing.Moment},
		{Key: "taken_back_by", SQL: "e.taken_back_by"},
		{Key: "reason", SQL: "e.reason"},
	},
	Shown:   []string{"number", "system", "made_at", "made_by", "files", "documents", "standing"},
	Card:    []string{"made_at", "documents"},
	Filters: []listing.Filter{{Name: "system", Label: "System", Where: "e.system = ?", Choices: systems()}},
}

func systems() []listing.Choice {
	var out []listing.Choice
	for _, f := range bookfile.All() {
		out = append(out, listing.Choice{Value: f.System, Label: f.Label})
	}
	return out
}

// Last are the newest exports.
func Last(ctx context.Context, db *gorm.DB, most int) ([]Row, error) {
	return All.Some(ctx, db, "e.number > (SELECT coalesce(max(number), 0) - ? FROM book_exports)", "e.number DESC",
		most)
}

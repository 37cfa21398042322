package selection

import (
	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// All is the list of what was done to many, previews left out. The screen names the deeds (Spec.Filter): this
// room knows none.
var All = &listing.List[Work]{
	Name: "bulk", One: "piece of bulk work", Many: "pieces of bulk work",
	Table: "bulk_works w", ID: "w.id", Within: "w.done_at IS NOT NULL", Default: "-done_at",
	Search:  listing.Search{Label: "Search who did it or took it back", Where: "lower(w.done_by || ' ' || w.undo_by) LIKE ?"},
	Columns: workListColumns,
	Shown:   []string{"deed", "done_by", "done_at", "undo_by", "undo_at"},
	Card:    []string{"done_by", "done_at"},
	Filters: []listing.Filter{
		{Name: "deed", Label: "What", Where: "w.deed = ?"},
		{Name: "back", Label: "Taken back", Choices: []listing.Choice{
			{Value: "yes", Label: "Yes", Where: "w.undo_at IS NOT NULL"},
			{Value: "no", Label: "No", Where: "w.undo_at IS NULL"}}},
	},
}

var workListColumns = []listing.Column[Work]{
	{Key: "id", SQL: "w.id", Kind: listing.Word, Into: func(w *Work) any { return &w.ID }},
	{Key: "deed", Label: "What", SQL: "w.deed", Kind: listing.Word, Into: func(w *Work) any { return &w.Deed }},
	{Key: "list", SQL: "w.list", Kind: listing.Word, Into: func(w *Work) any { return &w.List }},
	{Key: "done_by", Label: "By", SQL: "w.done_by", Into: func(w *Work) any { return &w.DoneBy }},
	{Key: "done_at", Label: "When", SQL: "date_trunc('second', w.done_at)", Kind: listing.Moment,
		Into: func(w *Work) any { return &w.DoneAt }, Sort: listing.Sort{Expr: "w.done_at", Kind: paging.Time}},
	{Key: "undo_by", Label: "Taken back by", SQL: "w.undo_by", Into: func(w *Work) any { return &w.UndoBy }},
	{Key: "undo_at", Label: "Taken back", SQL: "date_trunc('second', w.undo_at)", Kind: listing.Moment,
		Into: func(w *Work) any { return &w.UndoAt }},
}

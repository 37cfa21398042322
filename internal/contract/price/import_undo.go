package price

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/imports"
	"seatledger/internal/postgres"
)

// remember keeps what the import did to each item: those that it made, and how those stood that it changed.
func (p *planning) remember(tx *gorm.DB, importID uuid.UUID) error {
	type row struct {
		ID      uuid.UUID
		Version int
		Before  *itemRow
	}
	var rows []row
	for _, i := range p.added {
		rows = append(rows, row{ID: i.ID, Version: 1})
	}
	for _, i := range p.changed {
		before := p.items[i.Key()]
		rows = append(rows, row{ID: i.ID, Version: before.Version + 1, Before: &itemRows([]Item{before})[0]})
	}
	for part := range chunks(rows) {
		if err := writeRows(tx, part, `INSERT INTO price_import_changes (import_id, item_id, version, before)
			SELECT ?, x."ID", x."Version", nullif(x."Before", 'null') FROM jsonb_to_recordset(?::jsonb)
				AS x ("ID" uuid, "Version" integer, "Before" jsonb)`, importID); err != nil {
			return err
		}
	}
	return nil
}

// PlanUndo compares what an import did with what stands. A price that it made goes, unless a subscription was priced by
// it or it was changed since; one that it changed goes back, unless it was changed since.
func (k importKind) PlanUndo(tx *gorm.DB, importID uuid.UUID) (imports.Undo, error) {
	var all []struct {
		ItemID  uuid.UUID
		Label   string
		Version int
		Now     int
		Before  *string
		Used    bool
	}
	err := tx.Raw(`SELECT c.item_id, trim(p.name || ' ' || p.part_number) AS label, c.version, i.version AS now,
			c.before::text AS before, EXISTS (SELECT FROM license_changes l WHERE l.price_item_id = i.id)
				OR EXISTS (SELECT FROM subscriptions s WHERE s.price_list_item_id = i.id) AS used
		FROM price_import_changes c JOIN price_list_items i ON i.id = c.item_id JOIN products p ON p.id = i.product_id
		WHERE c.import_id = ? AND i.price_list_id = ? ORDER BY p.name, p.part_number, i.effective_from`, importID,
		k.list.ID).Scan(&all).Error
	if err != nil {
		return imports.Undo{}, fmt.Errorf("what the import did: %w", err)
	}
	u, back := imports.Undo{}, undoing{}
	for _, d := range all {
		keep := func(why string) {
			u.Rows = append(u.Rows, imports.Row{Label: d.Label, Outcome: imports.Refused,
				Reason: "It is kept: " + why + "."})
		}
		switch {
		case d.Now != d.Version:
			keep("it was changed after the import")
		case d.Before == nil && d.Used:
			keep("subscriptions are priced by it")
		case d.Before == nil:
			u.Removed++
			back.remove = append(back.remove, d.ItemID)
		default:
			var was itemRow
			if err := json.Unmarshal([]byte(*d.Before), &was); err != nil {
				return u, fmt.Errorf("what stood before the import: %w", err)
			}
			u.Restored++
			u.Rows = append(u.Rows, imports.Row{Label: d.Label, Outcome: imports.Changed, Changes: []imports.Change{
				{Field: "unit_price", After: strings.TrimSpace(was.UnitPrice)}}})
			back.restore = append(back.restore, was)
		}
	}
	u.Write = func(tx *gorm.DB) error { return k.writeUndo(tx, back) }
	return u, nil
}

// undoing is what goes and what goes back.
type undoing struct {
	remove  []uuid.UUID
	restore []itemRow
}

func (k importKind) writeUndo(tx *gorm.DB, u undoing) error {
	if err := tx.Exec(`DELETE FROM price_list_items WHERE id = ANY (?::uuid[])`,
		postgres.IDs(u.remove)).Error; err != nil {
		return fmt.Errorf("remove what the import made: %w", err)
	}
	for part := range chunks(u.restore) {
		if err := k.saveRows(tx, part); err != nil {
			return err
		}
	}
	return k.touchedList(tx, len(u.remove)+len(u.restore))
}

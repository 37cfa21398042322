package price

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

// Import is the CSV of a price list. A line with the key of a standing item
// (product, term, billing frequency, first day) changes that item; any other adds
// one. Nothing is ever taken off the list.
func (s Service) Import(l List) imports.Kind { return importKind{s, l} }

type importKind struct {
	Service
	list List
}

func (k importKind) Subject() imports.Subject {
	return imports.Subject{Kind: "price-list", Target: k.list.ID, ObjectType: "price_list", ObjectName: k.list.Name}
}

// Lock keeps the list's items, and the products, as they are.
func (k importKind) Lock(tx *gorm.DB) error {
	if _, err := get(tx, k.list.ID, "FOR UPDATE"); err != nil {
		return err
	}
	return tx.Exec("LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE").Error
}

func (k importKind) Plan(tx *gorm.DB, t imports.Table) (imports.Plan, error) {
	p, err := k.planning(tx, t)
	if err != nil {
		return imports.Plan{}, err
	}
	p.place()
	plan := imports.Plan{}
	for _, l := range p.lines {
		plan.Rows = append(plan.Rows, p.row(l))
	}
	plan.Notes = p.notes()
	plan.Write = func(tx *gorm.DB) error { return k.write(tx, p) }
	return plan, nil
}

// planning gathers what the lines of one file do.
type planning struct {
	table    imports.Table
	items    map[Key]Item
	open     map[Key]Item // newest item without an end, by key without its first day
	products map[string]*shelf
	lines    []line
	twins    map[int]int

	added   []Item
	changed []Item
	newer   int
	aside   []string // what was passed over, and why
}

// shelf holds the products of one part number.
type shelf struct {
	products []Product
	isNew    map[uuid.UUID]bool
	filled   map[uuid.UUID]bool
}

// line is one line of the file, read.
type line struct {
	imports.Line
	item    Item
	refused string
	filled  []imports.Change // what the line fills in at its product
	note    string
}

func (k importKind) planning(tx *gorm.DB, t imports.Table) (*planning, error) {
	p := &planning{table: t, items: map[Key]Item{}, open: map[Key]Item{}, products: map[string]*shelf{}}
	if err := k.readLines(tx, p); err != nil {
		return nil, err
	}
	var standing []Item
	err := tx.Raw(`SELECT `+itemColumns+` FROM price_list_items i JOIN products p ON p.id = i.product_id
		WHERE i.price_list_id = ?`, k.list.ID).Scan(&standing).Error
	if err != nil {
		return nil, fmt.Errorf("items of price list %s: %w", k.list.ID, err)
	}
	for _, i := range standing {
		p.items[i.Key()] = i
		if open, ok := p.open[i.series()]; i.EffectiveTo.IsZero() &&
			(!ok || open.EffectiveFrom.Before(i.EffectiveFrom)) {
			p.open[i.series()] = i
		}
	}
	return p, p.readProducts(tx)
}

// series is the key without the first day: all items of it follow each other.
func (i Item) series() Key {
	k := i.Key()
	k.From = ""
	return k
}

func (p *planning) readProducts(tx *gorm.DB) error {
	parts := make([]string, 0, len(p.lines))
	for _, l := range p.lines {
		parts = append(parts, l.item.PartNumber)
	}
	doc, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	var found []Product
	err = tx.Raw(`SELECT id, vendor, part_number, name, vendor_assumed FROM products
		WHERE lower(part_number) IN (SELECT lower(jsonb_array_elements_text(?::jsonb)))
		ORDER BY id`, string(doc)).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("read products: %w", err)
	}
	for _, f := range found {
		s := p.shelf(f.PartNumber)
		s.products = append(s.products, f)
	}
	return nil
}

func (p *planning) shelf(part string) *shelf {
	key := strings.ToLower(part)
	if p.products[key] == nil {
		p.products[key] = &shelf{isNew: map[uuid.UUID]bool{}, filled: map[uuid.UUID]bool{}}
	}
	return p.products[key]
}

// readLines reads what each line says of an item, by the form of the file.
func (k importKind) readLines(tx *gorm.DB, p *planning) error {
	if p.table.Form() == formMicrosoft {
		return k.readMicrosoft(tx, p)
	}
	for _, l := range p.table.Lines {
		r := line{Line: l}
		var problems errs.Fields
		r.item, problems = itemInput(l).check()
		r.refused = reasons(problems)
		p.lines = append(p.lines, r)
	}
	return nil
}

// place finds or plans the products of all lines, so that twins can be told by key.
func (p *planning) place() {
	keys := map[int]string{}
	var lines []imports.Line
	for i := range p.lines {
		r := &p.lines[i]
		if r.refused == "" {
			p.placeLine(r)
		}
		if r.refused == "" {
			keys[r.Number] = fmt.Sprint(r.item.Key())
		}
		lines = append(lines, r.Line)
	}
	p.twins = imports.Duplicates(lines, func(l imports.Line) string { return keys[l.Number] })
}

// placeLine finds the product of a line, or plans a new one.
func (p *planning) placeLine(r *line) {
	s := p.shelf(r.item.PartNumber)
	product, err := resolve(s.products, r.item.Vendor, r.item.PartNumber)
	if err != nil {
		r.refused = errs.Public(err)
		return
	}
	if product == nil {
		made := newProduct(r.item.Vendor, r.item.PartNumber, r.item.ProductName)
		s.products, s.isNew[made.ID] = append(s.products, made), true
		product = &s.products[len(s.products)-1]
	}
	filled := product.filled(r.item.Vendor, r.item.ProductName)
	if filled != *product {
		r.filled = filling(*product, filled)
		*product, s.filled[product.ID] = filled, true
	}
	r.item.ProductID = product.ID
}

func filling(before, after Product) []imports.Change {
	var out []imports.Change
	if before.Vendor != after.Vendor {
		out = append(out, imports.Change{Field: "vendor", Before: before.Vendor, After: after.Vendor})
	}
	if before.Name != after.Name {
		out = append(out, imports.Change{Field: "product_name", Before: before.Name, After: after.Name})
	}
	return out
}

func itemInput(l imports.Line) ItemInput {
	return ItemInput{
		Vendor: l.Get("vendor"), PartNumber: l.Get("part_number"), ProductName: l.Get("product_name"),
		Unit: l.Get("unit"),
		Term: l.Get("term"), BillingFrequency: l.Get("billing_frequency"), UnitPrice: l.Get("unit_price"),
		EffectiveFrom: l.Get("effective_from"), EffectiveTo: l.Get("effective_to"),
		UnitCost: l.Get("unit_cost"), SuggestedPrice: l.Get("suggested_price"),
	}
}

// reasons writes all messages of a refused line, in the order of the columns.
func reasons(problems errs.Fields) string {
	var out []string
	for _, c := range ownColumns() {
		if m, ok := problems[c.Name]; ok {
			out = append(out, c.Name+": "+m)
		}
	}
	return strings.Join(out, " ")
}

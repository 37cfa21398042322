package price

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Product is what a distributor sells, keyed by vendor and part number in any case (RULES 4).
type Product struct {
	ID         uuid.UUID
	Vendor     string
	PartNumber string
	Name       string
	// VendorAssumed: a price named the part number before any sync brought it, and
	// without its vendor. Whoever brings it with a vendor takes the product over.
	VendorAssumed bool
}

const (
	microsoft     = "Microsoft"
	unknownVendor = "Unknown vendor"
)

// microsoftPart is the shape of the part numbers of Microsoft's new commerce and perpetual offers.
var microsoftPart = regexp.MustCompile(`(?i)^(CFQ7|DZH)[0-9A-Z]`)

// resolve finds the product of a part number, and of a vendor where one is given,
// among those at hand. Without a vendor the part number must belong to one product
// only. nil: there is none yet.
func resolve(at []Product, vendor, part string) (*Product, error) {
	var same []*Product
	for i := range at {
		p := &at[i]
		if !strings.EqualFold(p.PartNumber, part) {
			continue
		}
		if vendor != "" && strings.EqualFold(p.Vendor, vendor) {
			return p, nil
		}
		same = append(same, p)
	}
	if vendor != "" {
		return assumed(same), nil
	}
	switch len(same) {
	case 0:
		return nil, nil
	case 1:
		return same[0], nil
	}
	return nil, errs.Newf(errs.Invalid, "Several products have this part number, of %s. Give the vendor as well.",
		vendorsOf(same))
}

// assumed is the product whose vendor was only assumed; a real vendor takes it over.
func assumed(same []*Product) *Product {
	for _, p := range same {
		if p.VendorAssumed {
			return p
		}
	}
	return nil
}

func vendorsOf(products []*Product) string {
	names := make([]string, len(products))
	for i, p := range products {
		names[i] = p.Vendor
	}
	return strings.Join(names, " and ")
}

// newProduct is the product for a part number that nobody has.
func newProduct(vendor, part, name string) Product {
	p := Product{ID: uuid.Must(uuid.NewV7()), Vendor: vendor, PartNumber: part, Name: name}
	if vendor == "" {
		p.VendorAssumed, p.Vendor = true, unknownVendor
		if microsoftPart.MatchString(part) {
			p.Vendor = microsoft
		}
	}
	return p
}

// productsOf reads the products of a part number, and keeps them from changing
// hands until the transaction ends.
func productsOf(tx *gorm.DB, part string) ([]Product, error) {
	var found []Product
	err := tx.Raw(`SELECT id, vendor, part_number, name, vendor_assumed FROM products
		WHERE lower(part_number) = lower(?) ORDER BY id FOR UPDATE`, part).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("products of %s: %w", part, err)
	}
	return found, nil
}

// settle finds or makes the product of an item, fills in a name that was missing,
// and sets a vendor that was only assumed.
func settle(tx *gorm.DB, clk clock.Clock, i Item) (uuid.UUID, error) {
	at, err := productsOf(tx, i.PartNumber)
	if err != nil {
		return uuid.Nil, err
	}
	p, err := resolve(at, i.Vendor, i.PartNumber)
	if err != nil {
		return uuid.Nil, err
	}
	if p == nil {
		return addProduct(tx, clk, newProduct(i.Vendor, i.PartNumber, i.ProductName))
	}
	filled := p.filled(i.Vendor, i.ProductName)
	if filled == *p {
		return p.ID, nil
	}
	err = tx.Exec(`UPDATE products SET vendor = ?, name = ?, vendor_assumed = ?, updated_at = ? WHERE id = ?`,
		filled.Vendor, filled.Name, filled.VendorAssumed, clk.Now(), p.ID).Error
	if err != nil {
		return uuid.Nil, fmt.Errorf("product %s: %w", p.ID, err)
	}
	return p.ID, nil
}

// filled is the product with what it lacked. A name or vendor that stands is never overwritten.
func (p Product) filled(vendor, name string) Product {
	if p.Name == "" {
		p.Name = name
	}
	// The assumed vendor that our own form or file hands back is no news.
	if p.VendorAssumed && vendor != "" && !strings.EqualFold(vendor, p.Vendor) {
		p.Vendor, p.VendorAssumed = vendor, false
	}
	return p
}

// addProduct makes a product, or finds the one that somebody else made at this moment.
func addProduct(tx *gorm.DB, clk clock.Clock, p Product) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.Raw(`INSERT INTO products (id, vendor, part_number, name, vendor_assumed, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (lower(vendor), lower(part_number)) DO UPDATE SET updated_at = products.updated_at RETURNING id`,
		p.ID, p.Vendor, p.PartNumber, p.Name, p.VendorAssumed, clk.Now(), clk.Now()).Row().Scan(&id)
	if err != nil {
		return uuid.Nil, fmt.Errorf("add product %s: %w", p.PartNumber, err)
	}
	return id, nil
}

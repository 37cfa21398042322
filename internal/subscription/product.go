package subscription

import (
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
)

// A product is keyed by (vendor, part number) in any case and carries the
// distributor's number per API family, so that the same product read through
// either family meets (RULES 4).
type product struct {
	ID            uuid.UUID `json:"id"`
	Vendor        string    `json:"vendor"`
	PartNumber    string    `json:"part_number"`
	Name          string    `json:"name"`
	SKU           string    `json:"sku"`
	LegacySKU     string    `json:"legacy_sku"`
	VendorAssumed bool      `json:"vendor_assumed"` // a price list named it without its vendor
}

const assumedVendor = "Unknown vendor"

// catalogue is the products that a listing may mean, and what it adds to them.
type catalogue struct {
	connector string
	known     []*product
	added     map[*product]bool
	changed   map[*product]bool
}

func newCatalogue(connector string, known []product) *catalogue {
	c := &catalogue{connector: connector, added: map[*product]bool{}, changed: map[*product]bool{}}
	for i := range known {
		c.known = append(c.known, &known[i])
	}
	return c
}

// resolve finds the product of a record, fills in what it lacks, and adds it where
// there is none. A record without part number or known SKU has no product.
func (c *catalogue) resolve(f Facts) uuid.NullUUID {
	p := c.find(f)
	if p == nil {
		if f.PartNumber == "" {
			return uuid.NullUUID{}
		}
		p = c.add(f)
	}
	c.fill(p, f)
	return uuid.NullUUID{UUID: p.ID, Valid: true}
}

func (c *catalogue) find(f Facts) *product {
	if f.PartNumber == "" {
		return c.bySKU(f.SKU)
	}
	var same []*product
	for _, p := range c.known {
		if !strings.EqualFold(p.PartNumber, f.PartNumber) {
			continue
		}
		if strings.EqualFold(p.Vendor, f.Vendor) {
			return p
		}
		same = append(same, p)
	}
	if f.Vendor == "" {
		return only(same)
	}
	for _, p := range same {
		if p.VendorAssumed {
			return p
		}
	}
	return nil
}

// bySKU is how a record without part number finds its product. A SKU that several
// products carry decides nothing.
func (c *catalogue) bySKU(sku string) *product {
	var same []*product
	for _, p := range c.known {
		if sku != "" && (p.SKU == sku || p.LegacySKU == sku) {
			same = append(same, p)
		}
	}
	return only(same)
}

func only(products []*product) *product {
	if len(products) == 1 {
		return products[0]
	}
	return nil
}

func (c *catalogue) add(f Facts) *product {
	p := &product{ID: uuid.Must(uuid.NewV7()), Vendor: f.Vendor, PartNumber: f.PartNumber, Name: f.ProductName}
	if p.Vendor == "" {
		p.Vendor, p.VendorAssumed = assumedVendor, true
	}
	c.known = append(c.known, p)
	c.added[p] = true
	return p
}

// fill sets what was empty or assumed. What stands is never overwritten: two records
// of one product may well differ, and would overwrite each other every night.
func (c *catalogue) fill(p *product, f Facts) {
	before := *p
	if p.VendorAssumed && f.Vendor != "" {
		p.Vendor, p.VendorAssumed = f.Vendor, false
	}
	if p.Name == "" {
		p.Name = f.ProductName
	}
	switch {
	case c.connector == distributor.Stellr && p.SKU == "":
		p.SKU = f.SKU
	case c.connector == distributor.StellrLegacy && p.LegacySKU == "":
		p.LegacySKU = f.SKU
	}
	if *p != before && !c.added[p] {
		c.changed[p] = true
	}
}

// unwritten tells whether resolving came to something that is not stored yet.
func (c *catalogue) unwritten() bool { return len(c.added)+len(c.changed) > 0 }

package proof

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// product is its days with its names.
type product struct {
	key, name string
	days      productDays
}

// productsOf groups subscriptions and their pairs by product. A pair is the new one's
// product; where its old one is another, that one stands beside its own product too.
func productsOf(subs []subscriptionRow, sides map[uuid.UUID]*side, b boundary) []product {
	slices.SortStableFunc(subs, func(x, y subscriptionRow) int { return cmp.Compare(x.rank(), y.rank()) })
	keys := productKeys{}
	pairs := map[uuid.UUID]*pairDays{}
	names, products, across := map[string]string{}, map[string][]*pairDays{}, map[string][]*pairDays{}
	keyOf := map[uuid.UUID]string{}
	for _, s := range subs {
		if pair := pairs[s.PairID.UUID]; pair != nil {
			pair.put(s, sides[s.ID])
			if key := keys.of(s); key != keyOf[s.PairID.UUID] {
				pair.Crosses = true
				across[key] = append(across[key], pair)
			}
			continue
		}
		key := keys.of(s)
		p := &pairDays{Switch: s.boundary(b)}
		p.put(s, sides[s.ID])
		if s.PairID.Valid {
			pairs[s.PairID.UUID], keyOf[s.PairID.UUID] = p, key
		}
		if names[key] == "" {
			names[key] = s.called()
		}
		products[key] = append(products[key], p)
	}
	var out []product
	for _, key := range slices.Sorted(maps.Keys(products)) {
		p := product{key: key, name: names[key]}
		for _, s := range products[key] {
			p.days.Pairs = append(p.days.Pairs, *s)
		}
		for _, s := range across[key] {
			p.days.Across = append(p.days.Across, *s)
		}
		out = append(out, p)
	}
	return out
}

// rank puts new ones first: their part numbers name the products.
func (s subscriptionRow) rank() int {
	if s.IsNew {
		return 0
	}
	return 1
}

func (p *pairDays) put(s subscriptionRow, it *side) {
	p.Kind, p.Confirmed = s.PairKind, !s.PairDay.IsZero()
	if s.IsNew {
		p.New = it
	} else {
		p.Old = it
	}
}

// boundary is the day of the decision once it was confirmed, else the customer's.
func (s subscriptionRow) boundary(b boundary) boundary {
	if s.PairID.Valid && !s.PairDay.IsZero() {
		return boundary{Day: s.PairDay, Fixed: true}
	}
	return b
}

func (s subscriptionRow) called() string {
	if s.ProductName == "" {
		return s.ExternalID
	}
	return s.ProductName
}

// productKeys says what a product is known by: its part number, or the SKU or the name
// where it has none. An old one without a part number is that of a new one with the same
// SKU, or else of the same name.
type productKeys map[string]string

func (k productKeys) of(s subscriptionRow) string {
	known := func(by, word string) string {
		if word == "" {
			return ""
		}
		return k[by+word]
	}
	sku, name := strings.TrimSpace(s.SKU), strings.ToLower(strings.Join(strings.Fields(s.ProductName), " "))
	sameSKU := known("sku ", sku)
	if s.IsNew {
		sameSKU = ""
	}
	key := cmp.Or(sameSKU, s.PartNumber, known("sku ", sku), known("name ", name), sku,
		strings.TrimSpace(s.ProductName), s.ExternalID)
	for by, word := range map[string]string{"sku ": sku, "name ": name} {
		if word != "" && k[by+word] == "" {
			k[by+word] = key
		}
	}
	return key
}

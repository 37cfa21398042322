package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
)

// productRow is a product. There is no suggested retail price on it.
type productRow struct {
	ProductID        string      `json:"productId"`
	ProductName      string      `json:"productName"`
	PartNumber       string      `json:"mfgPartNo"`
	SKU              int         `json:"skuNo"`
	VendorID         string      `json:"vendorId"`
	BillingModel     string      `json:"billingModel"` // Guess: its values
	BillingFrequency string      `json:"billingFrequency"`
	Discontinued     string      `json:"discontinueProduct"` // Guess: Y or N
	Prices           []priceTier `json:"productPrice"`
	Images           []any       `json:"productImages"`
}

// priceTier is the reseller's price from a quantity on.
type priceTier struct {
	Price       json.Number `json:"rsPrice"`
	MinQuantity int         `json:"minQty"`
}

func newProductRow(p Product) any {
	row := productRow{
		ProductID: p.ProductID, ProductName: p.Name, PartNumber: p.PartNumber, SKU: p.SKU, VendorID: p.Vendor,
		BillingModel: p.Kind, BillingFrequency: p.Frequency, Discontinued: "N",
		Prices: []priceTier{{num(p.UnitPrice), 1}}, Images: []any{},
	}
	if p.Discontinued {
		row.Discontinued = "Y"
	}
	return row
}

func (s *store) catalogue() []Product {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.products)
}

// productsWhere filters the catalogue.
func (s *Server) productsWhere(keep func(Product) bool) []Product {
	var found []Product
	for _, p := range s.store.catalogue() {
		if keep(p) {
			found = append(found, p)
		}
	}
	return found
}

func (s *Server) listProducts(c call) (any, error) {
	q, vendor := c.URL.Query(), c.PathValue("vendorId")
	search := strings.ToLower(q.Get("$search"))
	return page(s, c.Request, s.productsWhere(func(p Product) bool {
		return strings.EqualFold(p.Vendor, vendor) &&
			(!p.Discontinued || strings.EqualFold(q.Get("includeEOL"), "Y")) &&
			(q.Get("mfgPartNo") == "" || p.PartNumber == q.Get("mfgPartNo")) &&
			strings.Contains(strings.ToLower(p.Name), search)
	}), newProductRow)
}

func (s *Server) getProduct(c call) (any, error) {
	return s.oneProduct("Product "+c.PathValue("productId"),
		func(p Product) bool { return p.ProductID == c.PathValue("productId") })
}

// productsBelow tells apart two paths that overlap.
func (s *Server) productsBelow(c call) (any, error) {
	first, second := c.PathValue("first"), c.PathValue("second")
	switch {
	case first == "skuNo":
		return s.oneProduct("SKU "+second, func(p Product) bool { return p.SKU == atoi(second) })
	case second == "related":
		return s.relatedProducts(c, first)
	}
	return nil, noSuchPath(c.Request)
}

func (s *Server) oneProduct(what string, keep func(Product) bool) (any, error) {
	found := s.productsWhere(keep)
	if len(found) == 0 {
		return nil, notFound(what)
	}
	return newProductRow(found[0]), nil
}

// relatedProducts are the other plans of the same title. Guess: what "related" means.
func (s *Server) relatedProducts(c call, productID string) (any, error) {
	found := s.productsWhere(func(p Product) bool { return p.ProductID == productID })
	if len(found) == 0 {
		return nil, notFound("Product " + productID)
	}
	return whole(s, c.Request, s.siblings(found[0]), newProductRow)
}

// siblings share the title: the name before the words of the term.
func (s *Server) siblings(of Product) []Product {
	title, _, _ := strings.Cut(of.Name, " - ")
	return s.productsWhere(func(p Product) bool {
		return p.SKU != of.SKU && p.Vendor == of.Vendor && strings.HasPrefix(p.Name, title+" - ")
	})
}

func (s *Server) plansBeside(sub Subscription) []Product { return s.siblings(s.store.product(sub.SKU)) }

// transitionProducts. Guess: the other terms and plans of the title.
func (s *Server) transitionProducts(c call) (any, error) {
	sub, err := s.subscriptionOf(c)
	if err != nil {
		return nil, err
	}
	return whole(s, c.Request, s.plansBeside(sub), newProductRow)
}

func (s *Server) transferableProducts(c call) (any, error) {
	return whole(s, c.Request, s.productsWhere(func(p Product) bool { return p.Vendor == "Google" }), newProductRow)
}

// subscribedProducts lists what a customer holds of a vendor. Guess: the rows are products.
func (s *Server) subscribedProducts(c call) (any, error) {
	owner, err := s.customerOf(c)
	if err != nil {
		return nil, err
	}
	held := map[int]bool{}
	for _, sub := range s.store.subscriptionsOf(owner.CustomerNo, faceStellr) {
		held[sub.SKU] = true
	}
	return whole(s, c.Request, s.productsWhere(func(p Product) bool {
		return held[p.SKU] && strings.EqualFold(p.Vendor, c.PathValue("vendorId"))
	}), newProductRow)
}

package price

import (
	"strings"

	"seatledger/internal/imports"
)

// Forms are our own columns, and Microsoft's price sheet for licences as it is.
func (importKind) Forms() []imports.Form {
	return []imports.Form{
		{Name: "list", Title: "Prices of this list", Columns: ownColumns()},
		{Name: formMicrosoft, Title: "Microsoft's price sheet for licences", Columns: microsoftColumns(), Theirs: true},
	}
}

func ownColumns() []imports.Column {
	columns := []imports.Column{
		{Name: "part_number", Holds: imports.ID, Required: true}, {Name: "product_name"},
		{Name: "unit", Required: true},
		{Name: "term", Required: true}, {Name: "billing_frequency", Required: true},
		{Name: "unit_price", Holds: imports.Amount, Required: true},
		{Name: "effective_from", Holds: imports.Date, Required: true}, {Name: "effective_to", Holds: imports.Date},
		{Name: "vendor"},
		{Name: "unit_cost", Holds: imports.Amount}, {Name: "suggested_price", Holds: imports.Amount},
		{Name: "id", Label: "id in Seatledger"}, // of our own CSV, where the key finds the item anyway
	}
	for i, c := range columns {
		columns[i].Aliases = strings.Fields(aliases[c.Name])
		if c.Label == "" {
			columns[i].Label = strings.ReplaceAll(c.Name, "_", " ")
		}
	}
	return columns
}

// aliases are the names that other programs and languages have for a column.
var aliases = map[string]string{
	"part_number": `partnumber partno sku skuid mfgpartno mfgpartnumber manufacturerpartnumber vendorpartnumber
		offerid artikelnummer artikelnr reference référence referencia codice`,
	"product_name": `productname product producttitle skutitle description title bezeichnung produkt produktname
		artikel produit designation désignation producto descripcion prodotto`,
	"unit": `priceunit priceperiod per unitofprice einheit preisje unité unite unidad`,
	"term": `termduration commitment commitmentterm laufzeit durée duree plazo durata looptijd`,
	"billing_frequency": `billingfrequency billingplan billingcycle billingterm abrechnung abrechnungszyklus
		facturation`,
	"unit_price": `unitprice price sellprice sellingprice salesprice saleprice customerprice preis verkaufspreis
		vkpreis vk prixdevente prixunitaire precio prezzo prijs`,
	"effective_from": `effectivefrom effectivedate effectivestartdate validfrom startdate gültigab gueltigab gültigvon
		gueltigvon datedebut validede`,
	"effective_to":    `effectiveto effectiveenddate validto validuntil enddate gültigbis gueltigbis datefin`,
	"vendor":          `manufacturer publisher brand hersteller fabricant fabricante`,
	"unit_cost":       `unitcost cost costprice buyprice partnerprice einkaufspreis ekpreis ek prixachat coste costo`,
	"suggested_price": `suggestedprice erpprice erp msrp rrp listprice listenpreis uvp`,
}

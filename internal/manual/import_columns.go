package manual

import (
	"slices"
	"strings"

	"seatledger/internal/imports"
)

var accountColumns = []string{"external_id", "name", "domain", "tenant_id"}

var subscriptionColumns = []string{
	"external_id", "account_external_id", "part_number", "product", "quantity", "unit_cost", "cost_period", "currency",
	"term", "billing_frequency",
	"start_date", "end_date", "at_end",
	"effective_at", // not among the form's: the day a changed quantity holds from
}

// holds says how the values of a column are read; the others are text.
var holds = map[string]imports.Holds{
	"external_id": imports.ID, "account_external_id": imports.ID, "domain": imports.ID, "tenant_id": imports.ID,
	"part_number": imports.ID,
	"quantity":    imports.Whole, "unit_cost": imports.Amount,
	"start_date": imports.Date, "end_date": imports.Date, "effective_at": imports.Date,
}

// aliases are the names that other programs and languages have for a column. A word
// that an account's file and a subscription's both have stands with what it mostly means.
var aliases = map[string]string{
	"account_external_id": `customerid customernumber customerno accountid accountnumber endcustomerid endcustomerno
		kundennummer kundennr kdnr numeroclient codeclient codigocliente klantnummer`,
	"external_id": `id subscriptionid subscriptionnumber subscriptionno agreementid licenseid abonnementid
		abonnementnummer abonummer idabonnement idsuscripcion`,
	"name": `customer customername company companyname accountname organization firma kunde kundenname
		client nomduclient empresa cliente azienda klant`,
	"domain":    `domainname primarydomain microsoftdomain tenantdomain website domaine dominio`,
	"tenant_id": `tenantid tenant microsofttenantid customertenantid directoryid mandantenid`,
	"part_number": `partnumber partno sku mfgpartno mfgpartnumber manufacturerpartnumber vendorpartnumber offerid
		artikelnummer artikelnr reference référence artikel`,
	"product": `productname product productdescription description offername skuname licence license produkt
		produktname bezeichnung produit designation producto prodotto`,
	"quantity": `qty seats licences licenses licensecount users anzahl menge sitze lizenzen quantite quantité
		cantidad quantità aantal antal`,
	"unit_cost": `cost unitcost costprice unitprice price buyprice netprice einkaufspreis ekpreis ek preis
		einzelpreis prixunitaire prixachat coste costo kostprijs`,
	"cost_period": `costperiod priceperiod per preisje`,
	"currency":    `currencycode währung waehrung devise moneda valuta`,
	"term": `termduration commitment commitmentterm subscriptionterm laufzeit durée duree plazo durata
		looptijd`,
	"billing_frequency": `billingfrequency billingcycle billingplan billingterm abrechnung abrechnungszyklus
		facturation`,
	"start_date": `startdate start startsat commitmentstartdate effectivestartdate beginn startdatum datededebut
		fechainicio datainizio begindatum`,
	"end_date": `enddate end endsat expirydate expirationdate renewaldate commitmentenddate ende enddatum datedefin
		fechafin datafine einddatum`,
	"effective_at": `effectiveat effectivedate changedate validfrom gültigab gueltigab`,
}

var labels = map[string]string{"external_id": "id at the distributor", "account_external_id": "id of its account",
	"effective_at": "first day of the changed seats"}

func columnsOf(names []string) []imports.Column {
	var out []imports.Column
	for _, name := range names {
		c := imports.Column{Name: name, Holds: holds[name], Label: labels[name], Aliases: strings.Fields(aliases[name]),
			Required: name == "external_id"}
		if c.Label == "" {
			c.Label = strings.ReplaceAll(name, "_", " ")
		}
		// In a list of accounts the customer's number is the account's own.
		if name == "external_id" && !slices.Contains(names, "account_external_id") {
			c.Label, c.Aliases = "id of the account", strings.Fields("id "+aliases["account_external_id"])
		}
		out = append(out, c)
	}
	return out
}

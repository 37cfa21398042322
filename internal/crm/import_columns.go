package crm

import (
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/imports"
)

// Forms is the one form: our columns, with the names that other programs give them:
// Dynamics 365, HubSpot, Salesforce, Zoho and plain lists in the languages of Europe.
func (importKind) Forms() []imports.Form {
	columns := []imports.Column{{Name: "id", Label: "id in Seatledger", Strict: true, Looks: isUUID}}
	holds := map[string]imports.Holds{"external_id": imports.ID, "tenant_id": imports.ID, "website": imports.ID,
		"email_domains": imports.ID}
	for _, c := range (Facts{}).Columns() {
		columns = append(columns, imports.Column{
			Name: c.Name, Holds: holds[c.Name], Label: labels[c.Name], Aliases: strings.Fields(aliases[c.Name]),
			Looks:    looks(c.Name),
			Required: c.Name == "external_id" || c.Name == "name", Spared: c.Name == "external_id",
		})
	}
	return []imports.Form{{Columns: columns}}
}

// Label is what a person calls a field.
func Label(field string) string { return labels[field] }

// labels and aliases are tables that nobody changes.
var labels = map[string]string{
	"external_id": "external id", "name": "name", "website": "website", "email_domains": "mail domains",
	"tenant_id": "Microsoft tenant id",
	"street":    "street", "city": "city", "state": "state or region", "postal_code": "postal code",
	"country": "country", "phone": "phone", "tax_id": "tax id",
}

var aliases = map[string]string{
	"external_id": `externalid accountid account accountguid customerid customernumber customerno crmid crmaccountid
		recordid accountnumber companyid
		donotmodifyaccount id kundennummer kundennr kundenid kdnr debitor debitorennummer debitornr kontonummer
			numeroclient
			codeclient codigocliente idcliente codicecliente klantnummer kundnummer kundenummer`,
	"name": `accountname companyname company customer customername organisation organization organisationname
		organizationname client clientname business businessname legalname
		firma firmenname firmenbezeichnung kunde kundenname unternehmen name1 societe société raisonsociale entreprise
			nomduclient empresa razonsocial razónsocial ragionesociale azienda bedrijf bedrijfsnaam klant klantnaam
				företag
				foretag virksomhed nazwafirmy`,
	"website": `websiteurl web url homepage webpage webseite internetadresse internet domain domainname
		companydomainname primarydomain siteweb sitioweb sitoweb www webbplats hjemmeside`,
	"email_domains": `emaildomain emaildomains maildomain maildomains email emailaddress emailaddress1 primaryemail
		mail mailadresse emailadresse
		correo correoelectronico courriel adressemail adresseemail indirizzoemail epost`,
	"tenant_id": `tenantid tenant microsofttenantid microsoft365tenantid m365tenantid o365tenantid azuretenantid
		entratenantid directoryid mandantenid customertenantid`,
	"street": `street1 address address1 addressline1 streetaddress address1street1 address1line1 billingstreet
		billingaddress shippingstreet mailingstreet
		strasse straße strassehausnummer straßehausnummer adresse anschrift rue calle direccion dirección domicilio via
			indirizzo straat adres gata gade`,
	"city": `town address1city billingcity shippingcity mailingcity citytown ort stadt wohnort ville ciudad localidad
		citta città comune plaats stad woonplaats postort`,
	"state": `province region stateprovince stateregion stateorprovince address1stateprovince address1stateorprovince
		billingstate billingstateprovince shippingstate bundesland kanton county provincia provincie`,
	"postal_code": `zip zipcode postcode postalcode zippostalcode address1zippostalcode address1postalcode
		billingpostalcode billingzip billingzippostalcode shippingzip shippingpostalcode
		plz postleitzahl codepostal cp codigopostal códigopostal cap postnummer postnr`,
	"country": `countryregion address1countryregion address1country billingcountry shippingcountry mailingcountry land
		staat pays pais país paese countrycode ländercode landkod`,
	"phone": `telephone tel phonenumber mainphone businessphone companyphone workphone telephone1 telefon
		telefonnummer telefonnr rufnummer telephonenumber téléphone telefono teléfono telefoon telefoonnummer`,
	"tax_id": `vatid vatnumber vat taxnumber taxregistrationnumber vatregistrationnumber gstnumber abn ein
		umsatzsteuerid ustid ustidnr uid steuernummer numerotva tva nif cif partitaiva piva btwnummer momsnummer cvr`,
}

// looks recognises what has an unmistakable shape, where no name says so.
func looks(field string) func(string) bool {
	switch field {
	case "website":
		return func(v string) bool {
			v = strings.ToLower(v)
			return strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "www.")
		}
	case "email_domains":
		return func(v string) bool {
			_, err := ParseEmailDomains(v)
			return err == nil && strings.Contains(v, "@")
		}
	case "phone":
		return isPhone
	}
	return nil
}

// isPhone wants what tells a telephone number from any other: the + of a country.
func isPhone(v string) bool {
	digits := strings.Trim(v, "+")
	return strings.HasPrefix(v, "+") && len(digits) >= 7 && strings.Trim(digits, "0123456789 ()-./") == ""
}

func isUUID(v string) bool {
	_, err := uuid.Parse(v)
	return err == nil && len(v) == 36
}

package capture

import (
	"regexp"
	"strings"
	"unicode"
)

func set(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}

// Words that a status, a frequency, a term, a kind or a flag may be made of. A word stays
// only if it stands here: one that is common in an answer but unknown may be a name.
var (
	stateWords = set(`active activated activation inactive deactivated enabled disabled pending processing process
		provisioning provisioned progress in expired expire suspended suspension cancelled canceled cancel
		cancellation
		cancelling canceling discontinued deleted delete terminated closed transferred refunded converted
		partially partial
		scheduled schedule at end of not term renew renewed renewal requested request failed fail failure
		success successful
		error new complete completed done draft approved rejected blank null none n a purchased ordered order
		submitted
		actif inactif suspendu annulé annulée expiré expirée résilié résiliée supprimé partiellement attente
		activo activa
		inactivo suspendido cancelado cancelada pendiente vencido vencida parcialmente ativo inativo suspenso expirado
		aktiv inaktiv gekündigt abgelaufen ausgesetzt teilweise storniert`)
	rhythmWords = set(`month months monthly per to mth quarter quarterly year years yearly yr yrs
		annual annually triennial
		triennially biennial three one two time once upfront perpetual trial free semi half day days week
		weeks weekly daily
		p1m p3m p6m p12m p24m p36m p1y p2y p3y p5y p1d p7d p30d 1m 3m 6m 12m 24m 36m 1y 2y 3y 5y m q y a t
		billed billing commitment prepaid term`)
	kindWords = set(`licence license licenses licensed subscription subscriptions usage based consumption metered payg
		pay as you go reserved reservation reservations savings plan plans software perpetual service services
		nce legacy csp seat seats user users add on addon addons base`)
	flagWords   = set(`true false yes no y n on off enabled disabled active inactive 0 1`)
	vendorWords = set(`microsoft msft cisco meraki google acronis adobe aws amazon vmware dropbox azure`)
	// Words of an error that say what sort it is.
	errorWords = set(`no not error errors found invalid missing unknown unauthorized forbidden denied
		access token expired
		customer customers subscription subscriptions contract quantity page request success ok failed internal server
		service unavailable timeout too many requests rate exceeded null is are was for the of a an to in and or`)
	// Words of a change log entry that say what was done.
	logWords = set(`add added adding remove removed removing reduce reduced reducing increase
		increased increasing decrease
		decreased decreasing subtract subtracted seat seats license licenses licence licences user users unit
		units quantity
		number count set changed change from to by of the with current plan subscription service order cancel canceled
		cancelled cancellation deleted terminated was is has been renew renewed renewal scheduled requested
		pending failed
		rejected not at end create created creation new notification`)
	currencies = set(`USD CAD EUR GBP BRL MXN AUD NZD CHF SEK NOK DKK PLN CZK HUF RON JPY INR SGD HKD
		CLP COP PEN ARS UYU
		CRC GTQ PAB ZAR AED SAR ILS TRY KRW TWD THB MYR PHP IDR VND`)
	// Words that names of fields and of addresses are made of. A key is kept only where
	// each of its words stands here: a key may itself be an id or a name.
	fieldWords = set(`a access account accounts action active activation activity add addon addons
		additional address agreement
		agreements alias allowed amount annual api at auto available balance base basic bill billed billing
		biz by cancel
		cancellation cancelled category catalog change changed changes charge charges check city class cloud
		code collection
		commitment common company config consumption contact content contract contracts correlation cost count country
		created creation csp currency current customer customers cycle data date datetime days default
		delegated deleted
		department description detail details discount display distributor domain domains duration early
		edition effective
		eligible email emails enabled end enduser entity entry enrolled error errors estimated eu event events
		exception
		exchange expected expiration expiry extended external extra family fault fax feature fee field fields
		file first flag
		free frequency friendly from gdap group groups has history id ids included info initial instance
		integration inventory
		invoice invoices is item items key kind label language last legal legacy level licence licences
		license licensed
		licenses limit line lines link list log logs longname mail main manufacturer margin market max maximum
		message meta
		method mfg microsoft min minimum mode model modified month monthly msrp ms mpn name names net new next
		no note notes
		number object of offer offers on one operation option options order orders order org organization origin owner
		page pages paid parent part partner path payload payment percent period phase phone plan plans po
		postal prefix
		previous price prices pricing primary priority processed product products profile program promotion province
		provider provisioning provisioned publisher purchase qty quantity rate ref reference region related relation
		relationship remaining renew renewal renewed renewals request requested resell reseller resource
		resources response
		result results retail role row rs sales schedule scheduled seat seats segment sent sequence serial
		service services
		set setting settings short size sku skus snx sold solution solutions source start started state status street
		sub subscription subscriptions subtype subtotal suggested support suspended suspension synnex system
		tag tags tax
		tenant term termination terms text tier time times timestamp title to token total totals trace
		transition trial type
		types uid unit units update updated upgrade uri url usage used user users uuid valid value values vat
		vendor vendors
		version webservice website workload year zip zone iso address1 address2 address3 elements records fullname
		lastname firstname datas changelog changelogs activitylog get customer list info eu no by`)
)

// fold gives a key one spelling: endCustomer_No and endcustomerno are the same.
func fold(key string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, key))
}

var keyForm = regexp.MustCompile(`^[A-Za-z_@$][A-Za-z0-9_.\-@$]{0,59}$`)

// knownKey tells whether a key is made of words that fields are named with.
func knownKey(key string) bool {
	if !keyForm.MatchString(key) {
		return false
	}
	words := wordsOf(key)
	for i, w := range words {
		if fieldWords[w] {
			continue
		}
		last := i == len(words)-1 && i > 0
		if !last || !isShortNumber(w) {
			return false
		}
	}
	return len(words) > 0
}

func isShortNumber(w string) bool { return len(w) <= 1 && w >= "0" && w <= "9" }

// wordsOf splits a key at capitals, digits and separators, in lower case.
func wordsOf(key string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	rs := []rune(key)
	for i, r := range rs {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])):
			flush()
		case i > 0 && unicode.IsDigit(r) != unicode.IsDigit(rs[i-1]):
			flush()
		}
		b.WriteRune(r)
	}
	flush()
	return out
}

// sort of field, which decides what of its value is kept.
type sort int

const (
	hidden    sort = iota
	seats          // a number of seats
	counts         // of rows and pages
	money          // scaled
	state          // a word for a state
	rhythm         // a word for a frequency or term
	kind           // a word for a kind or billing model
	flag           // yes or no
	currency       // three letters
	vendorish      // words of vendor and product that decide kind and term
	complaint      // the text or code of an error
	logText        // what an entry of the change log says
	part           // a part number, which ends with term and plan
	moment         // a date, perhaps as a number
	action         // the name of a legacy call
)

var sorts = map[string]sort{
	"quantity": seats, "qty": seats, "seats": seats,
	"licensequantity": seats, "licencequantity": seats, "seatcount": seats,
	"totallicenses": seats,
	"total":         counts, "totalcount": counts, "totalrecords": counts, "totalelements": counts, "pageno": counts,
	"pagesize": counts, "pages": counts, "totalpages": counts, "count": counts, "size": counts,
	"unitprice": money, "unitcost": money, "resellerprice": money,
	"cost": money, "customerprice": money, "msrp": money,
	"suggestedprice": money, "amount": money, "price": money, "extendedprice": money, "extendedcost": money,
	"subtotal": money, "netprice": money, "listprice": money, "retailprice": money,
	"status": state, "customerstatus": state, "subscriptionstatus": state, "state": state, "orderstatus": state,
	"billingfrequency": rhythm, "billingcycle": rhythm,
	"billingperiod": rhythm, "billfrequency": rhythm, "term": rhythm,
	"billingterm": rhythm, "termduration": rhythm, "commitmentterm": rhythm, "subscriptionterm": rhythm,
	"commitment": rhythm, "billingplan": rhythm,
	"billingmodel": kind, "producttype": kind, "billingtype": kind, "subscriptiontype": kind, "category": kind,
	"autorenew": flag, "autorenewenabled": flag, "isautorenew": flag, "autorenewal": flag, "autorenewstatus": flag,
	"active": flag, "isactive": flag, "success": flag, "istrial": flag,
	"currency": currency, "currencycode": currency, "billingcurrency": currency,
	"vendorname": vendorish, "vendor": vendorish, "publisher": vendorish, "manufacturer": vendorish,
	"productname": vendorish, "product": vendorish, "productdescription": vendorish, "servicename": vendorish,
	"subscriptionname": vendorish,
	"errormessage":     complaint, "errorcode": complaint, "errordetail": complaint, "bizerror": complaint,
	"errordescription": complaint, "error": complaint, "errors": complaint, "message": complaint, "fault": complaint,
	"faultstring": complaint, "exception": complaint, "code": complaint,
	"changelog": logText, "change": logText, "activitylog": logText, "activity": logText, "action": logText,
	"mfgpartno": part, "mfgpartnumber": part, "manufacturerpartnumber": part, "vendorpartno": part, "offerid": part,
	"actionname": action,
}

// sortOf tells what sort of field a key names.
func sortOf(key string) sort {
	f := fold(key)
	if s, ok := sorts[f]; ok {
		return s
	}
	if strings.Contains(f, "date") || strings.HasSuffix(f, "time") || strings.HasSuffix(f, "at") {
		return moment
	}
	return hidden
}

var legacyActions = set("get_eu_list get_subscriptions_by_eu_no get_subscription_by_id")

package stellr

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/vocabulary"
)

// Where the lists are, unless a dialect says otherwise.
var ours = distributor.Paths{
	Customers:     "/api/v1/cloud/customers",
	Subscriptions: "/api/v1/customers/{customer}/subscriptions",
}

// tongue is how records are read and where they are asked for: our guesses and what a
// dialect corrects of them. It calls nobody.
type tongue struct {
	customer, subscription, change lenient.Habits
	known                          map[string]lenient.Known // the names that are read, by kind of record
	words                          vocabulary.Words
	paths                          distributor.Paths // the change log's is empty while nobody has said it
	tokenForm                      map[string]string
	basicAuth                      bool
}

func tongueOf(d distributor.Dialect) tongue {
	habits := func(record string) lenient.Habits {
		return lenient.Habits{Names: d.NamesOf(record), DateOrder: d.DateOrder, Doubles: d.Doubles}
	}
	t := tongue{
		customer: habits(distributor.CustomerRecord), subscription: habits(distributor.SubscriptionRecord),
		change: habits(distributor.ChangeRecord), words: vocabulary.WordsOf(d),
		paths: distributor.Paths{Customers: cmp.Or(d.Paths.Customers, ours.Customers),
			Subscriptions: cmp.Or(d.Paths.Subscriptions, ours.Subscriptions), Changes: d.Paths.Changes},
		tokenForm: d.TokenForm, basicAuth: d.BasicAuth,
	}
	t.known = map[string]lenient.Known{distributor.CustomerRecord: t.customer.Known(customerFields),
		distributor.SubscriptionRecord: t.subscription.Known(subscriptionFields),
		distributor.ChangeRecord:       t.change.Known(changeFields)}
	return t
}

// dress adds to a sign-in what the dialect says, and moves the application's credentials
// into a header where they belong there.
func (t tongue) dress(form url.Values, header http.Header) {
	for name, value := range t.tokenForm {
		if !form.Has(name) { // what we send ourselves is never replaced
			form.Set(name, value)
		}
	}
	if !t.basicAuth {
		return
	}
	r := http.Request{Header: header}
	r.SetBasicAuth(url.QueryEscape(form.Get("client_id")), url.QueryEscape(form.Get("client_secret")))
	form.Del("client_id")
	form.Del("client_secret")
}

// fill puts a customer's number into a path.
func fill(path, customer string) string {
	return strings.Replace(path, "{customer}", url.PathEscape(customer), 1)
}

// Wire is what this connector reads and where.
func Wire() distributor.Wire {
	w := distributor.Wire{TokenForm: true, DateOrder: true, Reread: reread,
		Paths: distributor.Paths{Customers: ours.Customers, Subscriptions: ours.Subscriptions, Changes: changePaths[0]}}
	for _, part := range []struct {
		record string
		fields []lenient.Field
	}{
		{distributor.CustomerRecord, customerFields}, {distributor.SubscriptionRecord, subscriptionFields},
		{distributor.ChangeRecord, changeFields},
	} {
		for _, f := range part.fields {
			w.Fields = append(w.Fields, distributor.WireField{Key: part.record + "." + f[0], Names: f})
		}
	}
	return w
}

func reread(d distributor.Dialect, account string, raw []byte) (distributor.Subscription, *distributor.BadRecord) {
	return tongueOf(d).readSubscription(row{raw: json.RawMessage(raw)}, account, noting{})
}

var (
	customerFields = []lenient.Field{customerNo, customerName, customerDomain, tenantID, email, phone, street,
		city, state,
		postalCode, country, customerStatus}
	subscriptionFields = []lenient.Field{subscriptionID, contractNo, lineNo, recordCustomer, vendorSubID, vendor,
		productName,
		partNumber, skuNo, quantity, unitCost, suggestedPrice, currency, billing, term, startDate, endDate,
		autoRenew, status,
		billingModel}
	changeFields = []lenient.Field{subscriptionID, contractNo, lineNo, changeLogText, activityText, entryTime, entryBy,
		entrySource}
)

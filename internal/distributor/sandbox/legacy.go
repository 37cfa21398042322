package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// legacyAction answers one action_name.
type legacyAction func(legacyCall) any

// legacyCall is one authorised request to the legacy face.
type legacyCall struct {
	scope scope
	token token
	in    legacyRequest
}

// legacyRequest holds all fields that legacy calls know. Numbers may come as text.
type legacyRequest struct {
	UserName       string       `json:"user_name"`
	Password       string       `json:"password"`
	Reseller       text         `json:"snx_reseller_no"`
	EndUser        text         `json:"snx_eu_no"`
	SubscriptionID text         `json:"subscription_id"`
	NewQuantity    text         `json:"new_quantity"`
	PurchaseOrder  string       `json:"rs_po_no"`
	LineItems      []legacyLine `json:"line_items"`
}

type legacyLine struct {
	SKU      text `json:"snx_sku_no"`
	Quantity text `json:"quantity"`
}

// text takes a JSON string or number.
type text string

// UnmarshalJSON keeps digits as they were written.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(strings.TrimSpace(s))
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

func (t text) number() int { return atoi(string(t)) }

// legacyList is the answer of a reading action.
type legacyList struct {
	RequestID string `json:"requestId"` // Guess: harmless here, and the journal has it
	Status    string `json:"status"`    // Guess: writes answer it
	Items     any    `json:"items"`
}

// legacyResult is the answer of a write: anything but success is a failure, told by message.
type legacyResult struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func legacyFailure(message string) legacyResult { return legacyResult{"fail", message} }

func legacyItems(items any) any { return legacyList{Status: "success", Items: items} }

// legacyRoutes lists the legacy face: every call is a POST with an action_name.
func (s *Server) legacyRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /webservice/auth/token", s.legacyLogin)
	mux.Handle("POST /webservice/auth/license/token", s.legacy(legacyToken, map[string]legacyAction{
		"create_tenant_access_token": s.tenantLogin,
	}))
	mux.Handle("POST /webservice/solutions/csp", s.legacy(legacyToken, map[string]legacyAction{
		"get_eu_list":                s.endUsers,
		"get_subscriptions_by_eu_no": s.endUserSubscriptions,
		"get_subscription_by_id":     s.legacySubscription,
		"get_customer_users":         s.customerUsers,
		"create_new_order":           s.legacyOrder,
		"update_seat":                s.legacySeats,
		"cancel":                     s.legacyCancel,
	}))
	mux.Handle("POST /webservice/solutions/csp/license", s.licenceRoute())
}

// licenceRoute has one action for the tenant's token and one for the ordinary one.
func (s *Server) licenceRoute() http.Handler {
	tenant := s.legacy(tenantToken, map[string]legacyAction{"get_subscribed_sku": s.subscribedSKUs})
	ordinary := s.legacy(legacyToken, map[string]legacyAction{"get_subscriptions": s.licences})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if exchangeOf(r).action == "get_subscribed_sku" {
			tenant.ServeHTTP(w, r)
			return
		}
		ordinary.ServeHTTP(w, r)
	})
}

// legacy asks for a token of a kind and runs the action that is named.
func (s *Server) legacy(kind string, actions map[string]legacyAction) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, ok := s.tokens.find(bearer(r), kind)
		if !ok { // Guess: the status of a bad token
			writeJSON(w, http.StatusUnauthorized, legacyFailure("The access token is missing, wrong or expired."))
			return
		}
		x := exchangeOf(r)
		x.reseller = t.reseller
		action, known := actions[x.action]
		if !known { // Guess: how an unknown action is refused
			writeJSON(w, http.StatusOK, legacyFailure("Unknown action_name "+strconv.Quote(x.action)+"."))
			return
		}
		c := legacyCall{scope: scope{t.reseller}, token: t}
		if json.Unmarshal(x.body, &c.in) != nil {
			writeJSON(w, http.StatusOK, legacyFailure("The request could not be read."))
			return
		}
		writeLegacy(w, x, action(c))
	})
}

func writeLegacy(w http.ResponseWriter, x *exchange, answer any) {
	if list, ok := answer.(legacyList); ok {
		list.RequestID = x.requestID
		answer = list
	}
	writeJSON(w, http.StatusOK, answer)
}

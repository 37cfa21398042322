package sandbox

import (
	"net/http"
)

// call is one authorised request to the comprehensive face.
type call struct {
	*http.Request
	scope scope
}

// stellrRoutes lists the comprehensive face. Paths are the published ones unless
// marked as a guess.
func (s *Server) stellrRoutes(mux *http.ServeMux) {
	for pattern, f := range map[string]func(call) (any, error){
		"GET /api/v1/cloud/customers":              s.listCustomers,
		"POST /api/v1/cloud/customers":             s.createCustomer,
		"GET /api/v1/cloud/customers/{customerNo}": s.getCustomer,

		"GET /api/v1/customers/{customerNo}/agreements/{agreementType}":  s.getAgreement,
		"POST /api/v1/customers/{customerNo}/agreements/{agreementType}": s.acceptAgreement,

		"GET /api/v1/customers/{customerNo}/subscriptions":                                      s.listSubscriptions,
		"POST /api/v1/customers/{customerNo}/subscriptions":                                     s.createSubscriptions,
		"POST /api/v1/customers/{customerNo}/subscriptions/transfer":                            s.transfer,
		"GET /api/v1/customers/{customerNo}/subscriptions/{subscriptionId}":                     s.getSubscription,
		"GET /api/v1/customers/{customerNo}/subscriptions/{subscriptionId}/transition/products": s.transitionProducts,
		"GET /api/v1/customers/{customerNo}/subscriptions/{subscriptionId}/renew/options":       s.renewOptions,
		"PUT /api/v1/customers/{customerNo}/subscriptions/{subscriptionId}/renew/setting":       s.renewSetting,
		"POST /api/v1/customers/{customerNo}/subscriptions/{subscriptionId}/{write}":            s.write,
		"GET /api/v1/customers/{customerNo}/vendors/{vendorId}/subscribed/products":             s.subscribedProducts,
		"GET /api/v1/subscriptions/operations/{operationId}":                                    s.getOperation,

		// Guess: the path of the reseller-wide list is not public.
		"GET /api/v1/subscriptions": s.listAllSubscriptions,
		// Guess: nor is the path of the change log; getSubscription takes it under the likeliest one.
		"GET /api/v1/customers/{customerNo}/{changeLog}":                                s.changeLog,
		"GET /api/v1/customers/{customerNo}/subscriptions/{subscriptionId}/{changeLog}": s.changeLog,
		"GET /api/v1/cloud/customers/{customerNo}/subscriptions/{changeLog}":            s.changeLog,
		"GET /api/v1/subscriptions/{changeLog}":                                         s.changeLog,

		"GET /api/v2/vendors/{vendorId}/cloud/products": s.listProducts,
		"GET /api/v1/cloud/products/{productId}":        s.getProduct,
		// skuNo/{skuNo} and {productId}/related
		"GET /api/v1/cloud/products/{first}/{second}":            s.productsBelow,
		"GET /api/v1/vendors/Google/cloud/products/transferable": s.transferableProducts,

		"GET /api/v1/cloud/vendors":                               s.listVendors,
		"POST /api/v1/cloud/vendors/{vendorId}/check/{checkType}": s.checkVendor,
		"GET /api/v1/cloud/vendors/account":                       s.listVendorAccounts,
		"POST /api/v1/cloud/vendors/account":                      s.saveVendorAccount,

		"GET /api/v1/cloud/invoices":                  s.listInvoices,
		"GET /api/v1/cloud/invoice/report":            s.invoiceReport,
		"GET /api/v1/cloud/consumption/azure/summary": s.azureSummary,
	} {
		mux.Handle(pattern, s.authorized(f))
	}
}

// authorized asks for a token of this face and writes what the call answers.
func (s *Server) authorized(f func(call) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, ok := s.tokens.find(bearer(r), stellrToken)
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			s.fail(w, r, &apiError{http.StatusUnauthorized, "UNAUTHORIZED",
				"The access token is missing, wrong or expired."})
			return
		}
		exchangeOf(r).reseller = t.reseller
		data, err := f(call{r, scope{t.reseller}})
		if err != nil {
			s.fail(w, r, err)
			return
		}
		s.answer(w, r, data)
	})
}

// customerOf finds the customer of the path.
func (s *Server) customerOf(c call) (Customer, error) {
	no := c.PathValue("customerNo")
	found, ok := s.store.customer(c.scope, no)
	if !ok {
		return Customer{}, notFound("Customer " + no)
	}
	return found, nil
}

// subscriptionOf finds the subscription of the path.
func (s *Server) subscriptionOf(c call) (Subscription, error) {
	id := c.PathValue("subscriptionId")
	found, ok := s.store.subscription(c.scope, c.PathValue("customerNo"), id)
	if !ok {
		return Subscription{}, notFound("Subscription " + id)
	}
	return found, nil
}

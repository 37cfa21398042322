package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
)

// adminRoutes lists the admin face. It takes and gives JSON.
func (s *Server) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, f := range map[string]func(*http.Request) (any, error){
		"GET /_sandbox/state": s.adminState,

		"GET /_sandbox/customers":                   s.adminCustomers,
		"POST /_sandbox/customers":                  s.adminAddCustomer,
		"PATCH /_sandbox/customers/{id}":            s.adminChangeCustomer,
		"DELETE /_sandbox/customers/{id}":           s.adminRemoveCustomer,
		"POST /_sandbox/customers/{id}/restore":     s.adminRestoreCustomer,
		"GET /_sandbox/subscriptions":               s.adminSubscriptions,
		"POST /_sandbox/subscriptions":              s.adminAddSubscription,
		"PATCH /_sandbox/subscriptions/{id}":        s.adminChangeSubscription,
		"DELETE /_sandbox/subscriptions/{id}":       s.adminRemoveSubscription,
		"POST /_sandbox/subscriptions/{id}/restore": s.adminRestoreSubscription,
		"POST /_sandbox/subscriptions/{id}/move":    s.adminMoveSubscription,
		"POST /_sandbox/subscriptions/{id}/log":     s.adminAddLog,
		"GET /_sandbox/subscriptions/{id}/log":      s.adminLog,
		"GET /_sandbox/products":                    s.adminProducts,

		"GET /_sandbox/clock":            s.adminClock,
		"PUT /_sandbox/clock":            s.adminSetClock,
		"GET /_sandbox/behaviour":        s.adminBehaviour,
		"PATCH /_sandbox/behaviour":      s.adminSetBehaviour,
		"GET /_sandbox/credentials":      s.adminCredentials,
		"PUT /_sandbox/credentials":      s.adminSetCredentials,
		"POST /_sandbox/tokens/revoke":   s.adminRevoke,
		"GET /_sandbox/faults":           s.adminFaults,
		"POST /_sandbox/faults":          s.adminAddFault,
		"POST /_sandbox/faults/schedule": s.adminSchedule,
		"DELETE /_sandbox/faults":        s.adminClearFaults,
		"DELETE /_sandbox/faults/{id}":   s.adminRemoveFault,
		"GET /_sandbox/journal":          s.adminJournal,
		"DELETE /_sandbox/journal":       s.adminClearJournal,
		"POST /_sandbox/reset":           s.adminReset,
		"GET /_sandbox/bill/errors":      s.adminBillErrors,
	} {
		mux.Handle(pattern, adminJSON(f))
	}
	mux.HandleFunc("GET /_sandbox/{$}", s.adminPage)
	mux.HandleFunc("GET /_sandbox/bill.csv", s.adminBill)
	return mux
}

func adminJSON(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := f(r)
		if missing := errNotThere(""); errors.As(err, &missing) {
			writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
			return
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, answer)
	})
}

// adminOnly lets in callers on this machine, and no page of a stranger's site
// that a browser here has open: neither by its name nor by a form.
func (s *Server) adminOnly(next http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.RemoteAddr) || !loopback(r.Host) {
			writeJSON(w, http.StatusForbidden,
				map[string]string{"error": "the admin face answers on this machine only"})
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// loopback tells whether host[:port] is this machine.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// decodeAdmin reads JSON and refuses names it does not know: a typo must not pass silently.
func decodeAdmin(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return errors.New("the body is not the JSON that was expected: " + err.Error())
	}
	return nil
}

// done is the answer of commands that have nothing to tell.
type done struct {
	Done bool `json:"done"`
}

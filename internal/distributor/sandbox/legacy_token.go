package sandbox

import (
	"encoding/json"
	"net/http"
)

// legacyGrant is the answer of a legacy login. Guess: the life of the token is
// not public; it is the same as on the comprehensive face.
type legacyGrant struct {
	Status      string `json:"status"` // Guess
	AccessToken string `json:"access_token"`
}

// legacyLogin grants by user name and password. Without a reseller number the
// user's own is meant. With another one the token is granted and sees nothing
// (Guess, see Behaviour.LegacyWrongReseller).
func (s *Server) legacyLogin(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r)
	var in legacyRequest
	if json.Unmarshal(x.body, &in) != nil || x.action != "create_access_token" {
		writeJSON(w, http.StatusOK, legacyFailure("Unknown action_name or unreadable request."))
		return
	}
	c, ok := s.findUser(in.UserName, in.Password)
	reseller := c.Reseller
	if ok && in.Reseller != "" && string(in.Reseller) != reseller {
		reseller = "not " + reseller // a scope that owns nothing
		ok = s.behave().LegacyWrongReseller != "refuse"
	}
	if !ok {
		s.refuseLogin(w)
		return
	}
	x.reseller = reseller
	writeJSON(w, http.StatusOK, legacyGrant{"success",
		s.tokens.grant(legacyToken, reseller, 0, s.behave().TokenSeconds)})
}

// refuseLogin: what public clients look at is that access_token is absent.
// Guess: the HTTP status.
func (s *Server) refuseLogin(w http.ResponseWriter) {
	status := http.StatusOK
	if s.behave().LegacyBadLogin == "unauthorized" {
		status = http.StatusUnauthorized
	}
	writeJSON(w, status, legacyFailure("Invalid user name, password or reseller number."))
}

func (s *Server) findUser(name, password string) (Credential, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, c := range s.credentials {
		if c.UserName == name && name != "" && same(c.Password, password) {
			return c, true
		}
	}
	return Credential{}, false
}

// tenantLogin turns the reseller's token into one for a single customer.
func (s *Server) tenantLogin(c legacyCall) any {
	if _, ok := s.store.legacyCustomer(c.scope, c.in.EndUser.number()); !ok {
		return legacyFailure("No such customer.")
	}
	return legacyGrant{"success", s.tokens.grant(tenantToken, c.scope.reseller, c.in.EndUser.number(),
		s.behave().TokenSeconds)}
}

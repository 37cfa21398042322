package standin

import (
	"fmt"
	"net/http"
	"strings"
)

// token answers a sign-in as Microsoft Entra does, refusals with their AADSTS code.
func (o *Organisation) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	refuse := func(status int, kind, code, text string) {
		reply(w, status, map[string]any{"error": kind, "error_description": code + ": " + text +
			" Trace ID: 0a1b Correlation ID: 2c3d", "error_codes": []int{7000215}})
	}
	switch {
	case r.Method != http.MethodPost:
		refuse(http.StatusBadRequest, "invalid_request", "AADSTS900561", "The endpoint only accepts POST requests.")
	case !strings.HasPrefix(r.URL.Path, "/"+Tenant+"/"):
		refuse(http.StatusBadRequest, "invalid_request", "AADSTS90002", "Tenant not found.")
	case r.PostForm.Get("grant_type") != "client_credentials":
		refuse(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003", "The grant is not supported.")
	case r.PostForm.Get("client_id") != ClientID:
		refuse(http.StatusBadRequest, "unauthorized_client", "AADSTS700016", "Application not found in the directory.")
	case r.PostForm.Get("scope") != "http://"+r.Host+"/.default" &&
		r.PostForm.Get("scope") != "https://"+r.Host+"/.default":
		refuse(http.StatusBadRequest, "invalid_resource", "AADSTS500011",
			"The resource principal was not found in the tenant.")
	case r.PostForm.Get("client_secret") != o.secret:
		refuse(http.StatusUnauthorized, "invalid_client", "AADSTS7000215",
			"Invalid client secret provided: "+r.PostForm.Get("client_secret")+".")
	default:
		o.issued++
		token := fmt.Sprintf("dv-token-%d-3a9f", o.issued)
		o.tokens[token] = true
		reply(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": token})
	}
}

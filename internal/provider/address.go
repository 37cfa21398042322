package provider

import (
	"errors"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// address checks where the API and its tokens are. Which addresses may be called is the outbound guard's matter.
func (s *Service) address(p *Provider, in Input, problems errs.Fields) {
	p.URL = strings.TrimSpace(in.URL)
	if p.URL == "" {
		problems.Add("url", "Enter the address of the API. TD SYNNEX in the United States has %s.",
			usualURL(p.Connector))
		return
	}
	if problem := s.judge(p.URL); problem != "" {
		problems.Add("url", "%s", problem)
		return
	}
	p.Host = hostOf(p.URL)
	otherAPI(p, problems)
	if p.Connector == distributor.StellrLegacy {
		return
	}
	if p.TokenURL = strings.TrimSpace(in.TokenURL); p.TokenURL == "" {
		return // it follows from the URL
	}
	if problem := s.judge(p.TokenURL); problem != "" {
		problems.Add("token_url", "%s", problem)
	}
}

// judge words what is wrong with an address; empty when it can be tried. Where the
// operator allows plain http for a stand-in, TD SYNNEX's own hosts still want https.
func (s *Service) judge(raw string) string {
	if err := s.CheckURL(raw); err != nil {
		return sentence(err)
	}
	host, _, _ := strings.Cut(hostOf(raw), ":")
	if strings.HasPrefix(strings.ToLower(raw), "http:") &&
		(isOf(host, "tdsynnex.com") || isOf(host, "synnex.com") || isOf(host, "synnex.ca")) {
		return "TD SYNNEX answers over https only. Begin the address with https://."
	}
	return ""
}

// otherAPI notices the address of the one API under the toggle of the other: the two
// answer each other's calls with nothing that helps.
func otherAPI(p *Provider, problems errs.Fields) {
	comprehensive := isOf(p.Host, "tdsynnex.com")
	switch {
	case p.Connector == distributor.Stellr && isLegacyHost(p.Host):
		problems.Add("url", "This is the address of the legacy API. The comprehensive one is %s; "+
			"or turn the toggle off.", DefaultURL)
	case p.Connector == distributor.StellrLegacy && comprehensive:
		problems.Add("url", "This is the address of the comprehensive API. The legacy one is %s; "+
			"or turn the toggle on.", DefaultLegacyURL)
	}
}

// isLegacyHost knows the hosts of the legacy API (reference 2.1).
func isLegacyHost(host string) bool {
	switch host {
	case "ws.synnex.com", "testws.synnex.com", "ws.synnex.ca":
		return true
	}
	return false
}

func usualURL(connector string) string {
	if connector == distributor.StellrLegacy {
		return DefaultLegacyURL
	}
	return DefaultURL
}

// sentence words the refusal of an address for its field.
func sentence(err error) string {
	var e *distributor.Error
	if errors.As(err, &e) {
		return e.Sentence()
	}
	return errs.Public(err)
}

// hostOf names the server of an address, with its port where that is not the usual one.
func hostOf(api string) string {
	u, err := url.Parse(api)
	if err != nil {
		return ""
	}
	h := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if p := u.Port(); p != "" && p != "443" {
		h += ":" + p
	}
	return h
}

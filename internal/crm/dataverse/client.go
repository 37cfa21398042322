// Package dataverse reads customers out of Microsoft Dataverse (Dynamics 365): the
// accounts, and of their contacts the domains of the mail addresses. It sends nothing
// but GET requests and the sign-in, and knows no database and no record of ours.
package dataverse

import (
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/outbound"
)

// Page sizes that the Web API takes.
const (
	DefaultPageSize = 1000
	MaxPageSize     = 5000
)

const apiPath = "/api/data/v9.2/"

// Config is what it takes to read one organisation.
type Config struct {
	URL          string // of the organisation: https://contoso.crm4.dynamics.com
	TokenURL     string // empty: Microsoft's, for Tenant
	Tenant       string // directory id or domain
	ClientID     string
	ClientSecret distributor.Secret
	PageSize     int
	TenantColumn string // of accounts: where a customer's tenant id stands; empty: nowhere
}

// Client reads one organisation with one token. It is safe for concurrent use.
type Client struct {
	config   Config
	base     *url.URL
	tokenURL string
	http     *outbound.Client
	clk      clock.Clock
	log      *slog.Logger
	session  *calls.Session
}

// New makes a client; it calls nobody yet.
func New(c Config, hc *outbound.Client, clk clock.Clock, log *slog.Logger) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	if err != nil || base.Host == "" {
		return nil, &distributor.Error{Kind: distributor.AddressRefused, Op: "open",
			Message: "The address of the organisation cannot be read.",
			Advice:  "Enter it as https://contoso.crm4.dynamics.com."}
	}
	if c.PageSize <= 0 {
		c.PageSize = DefaultPageSize
	}
	client := &Client{config: c, base: base, tokenURL: c.TokenURL, http: hc, clk: clk, log: log}
	if client.tokenURL == "" {
		client.tokenURL = TokenURL(c.Tenant)
	}
	client.session = calls.NewSession(distributor.Credentials{ApplicationSecret: c.ClientSecret},
		calls.Options{Concurrency: 2, Clock: clk}, client.signIn)
	return client, nil
}

// TokenURL is where Microsoft hands out tokens for a directory.
func TokenURL(tenant string) string {
	return "https://login.microsoftonline.com/" + url.PathEscape(tenant) + "/oauth2/v2.0/token"
}

// header of every question. The answers are bound to version 4.0 of OData.
func (c *Client) header(token string, prefer ...string) http.Header {
	h := http.Header{
		"Authorization": {"Bearer " + token}, "Accept": {"application/json"},
		"Odata-Maxversion": {"4.0"}, "Odata-Version": {"4.0"},
	}
	if len(prefer) > 0 {
		h.Set("Prefer", strings.Join(prefer, ","))
	}
	return h
}

func (c *Client) maxPage() string {
	return "odata.maxpagesize=" + strconv.Itoa(min(c.config.PageSize, MaxPageSize))
}

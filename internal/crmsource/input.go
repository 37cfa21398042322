package crmsource

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// ClientSecret is the name of the one secret.
const ClientSecret = "client_secret"

// Input is what the form sends, as it was typed. A blank secret keeps the stored one;
// only ClientSecretClear removes it.
type Input struct {
	Name              string
	URL               string
	Tenant            string
	ClientID          string
	ClientSecret      distributor.Secret
	ClientSecretClear bool
	TokenURL          string
	PageSize          string
	TenantColumn      string
	Nightly           bool
}

const (
	textLimit   = 200
	secretLimit = 2000
)

var (
	columnName   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)
	directoryRef = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$`)
)

// source checks the input and makes a source of it; all problems come at once.
func (s *Service) source(in Input, mark Mark) (Source, error) {
	problems := errs.Fields{}
	out := Source{
		Name: strings.TrimSpace(in.Name), Tenant: strings.ToLower(strings.TrimSpace(in.Tenant)),
		ClientID:     strings.ToLower(strings.TrimSpace(in.ClientID)),
		TenantColumn: strings.ToLower(strings.TrimSpace(in.TenantColumn)), Nightly: in.Nightly,
	}
	switch {
	case out.Name == "":
		problems.Add("name", "Enter a name.")
	case len([]rune(out.Name)) > textLimit:
		problems.Add("name", "This is longer than %d characters.", textLimit)
	}
	s.addresses(&out, in, problems)
	s.application(out, in, mark, problems)
	if out.TenantColumn != "" && !columnName.MatchString(out.TenantColumn) {
		problems.Add("tenant_column", "This is no logical name of a column. It looks like new_tenantid: "+
			"lower case, digits and _.")
	}
	out.PageSize = pageSize(in.PageSize, problems)
	return out, problems.Err()
}

// addresses checks where the organisation and its tokens are. Which addresses may be called is the outbound guard's
// matter.
func (s *Service) addresses(out *Source, in Input, problems errs.Fields) {
	out.URL = strings.TrimRight(strings.TrimSpace(in.URL), "/")
	u, err := url.Parse(out.URL)
	switch {
	case out.URL == "":
		problems.Add("url", "Enter the organisation's URL, as https://contoso.crm4.dynamics.com.")
	case s.CheckURL(out.URL) != nil:
		problems.Add("url", "%s", sentence(s.CheckURL(out.URL)))
	case err != nil || u.Path != "":
		problems.Add("url", "Enter the organisation's URL without a path, as https://contoso.crm4.dynamics.com. "+
			"Power Apps shows it under Settings, Session details.")
	case u.Scheme == "http" && strings.HasSuffix(strings.ToLower(u.Hostname()), ".dynamics.com"):
		problems.Add("url", "Dynamics 365 answers over https only. Begin the address with https://.")
	}
	if out.TokenURL = strings.TrimSpace(in.TokenURL); out.TokenURL == "" {
		return
	}
	if err := s.CheckURL(out.TokenURL); err != nil {
		problems.Add("token_url", "%s", sentence(err))
	}
}

func (s *Service) application(out Source, in Input, mark Mark, problems errs.Fields) {
	if !directoryRef.MatchString(out.Tenant) {
		problems.Add("tenant", "Enter the tenant id: Microsoft Entra admin center, Overview, Tenant ID.")
	}
	if _, err := uuid.Parse(out.ClientID); err != nil {
		problems.Add("client_id", "Enter the client id. It looks like 2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11; "+
			"the app registration shows it as Application (client) ID.")
	}
	switch {
	case len(in.ClientSecret.Reveal()) > secretLimit:
		problems.Add(ClientSecret, "This is longer than %d characters. Has something else been pasted here?",
			secretLimit)
	case in.ClientSecret == "" && (!mark.Set() || in.ClientSecretClear):
		problems.Add(ClientSecret, "Enter the client secret: its Value, which Microsoft Entra shows once, when it is "+
			"made.")
	case in.ClientSecret == "" && mark.SentTo != out.sentTo() && problems["url"]+problems["token_url"] == "":
		problems.Add(ClientSecret, "%s Nothing was saved and nothing sent. Type it again for the new address.",
			notGivenFor(mark.SentTo, out.sentTo()))
	}
}

func pageSize(s string, problems errs.Fields) int {
	if s = strings.TrimSpace(s); s == "" {
		return dataverse.DefaultPageSize
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > dataverse.MaxPageSize {
		problems.Add("page_size", "Enter a whole number from 1 to %d.", dataverse.MaxPageSize)
		return dataverse.DefaultPageSize
	}
	return n
}

// sentence words the refusal of an address for its field.
func sentence(err error) string {
	var e *distributor.Error
	if !errors.As(err, &e) {
		return errs.Public(err)
	}
	return strings.NewReplacer("the distributor's", "the organisation's", "the distributor", "Microsoft",
		"https://api.us.tdsynnex.com/", "https://contoso.crm4.dynamics.com").Replace(e.Sentence())
}

// host names the organisation's server.
func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

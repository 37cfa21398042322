package provider

import (
	"strconv"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Input is what the form sends, as it was typed. A blank secret keeps the stored
// one; only Clear removes it.
type Input struct {
	Connector              string
	Name                   string
	ComprehensiveAPI       bool
	InternalName           string
	UserName               string
	Password               distributor.Secret
	URL                    string
	ApplicationID          string
	ApplicationSecret      distributor.Secret
	ResellerNumber         string
	ResellerAuthorizeURL   string
	DelegatedAdminURL      string
	TokenURL               string
	Grant                  string
	PageSize               string
	Concurrency            string
	Currency               string
	EndDateMeans           string
	EndDateGiven           bool // the field was in the form
	CostPeriod             string
	CostPeriodGiven        bool // the field was in the form, perhaps empty on purpose
	ConfirmIdentity        bool // the person knows what another host or reseller number means
	PasswordClear          bool
	ApplicationSecretClear bool
}

// stored says which secrets a provider has already, and for which servers.
type stored map[string]string

func (h stored) has(name string) bool {
	_, ok := h[name]
	return ok
}

// provider checks the input and makes a provider of it; all problems come at once.
func (s *Service) provider(in Input, have stored) (Provider, error) {
	problems := errs.Fields{}
	p := Provider{Name: strings.TrimSpace(in.Name), Connector: connectorOf(in, problems)}
	if p.Name == "" {
		problems.Add("name", "Enter a name.")
	}
	lengths(in, problems)
	p.GrantType, p.PageSize, p.Concurrency = DefaultGrant, DefaultPageSize, DefaultConcurrency
	p.Currency, p.CurrencyByHost = currency(in, problems)
	if p.Connector == distributor.Manual {
		return p, problems.Err()
	}
	p.ComprehensiveAPI = p.Connector == distributor.Stellr
	p.InternalName = strings.TrimSpace(in.InternalName)
	if p.InternalName == "" {
		p.InternalName = DefaultInternalName
	}
	s.address(&p, in, problems)
	credentials(&p, in, have, problems)
	if problems["url"] == "" && problems["token_url"] == "" {
		typeAgain(p, in, have, problems)
	}
	p.CostPeriod, p.EndDateMeans = costPeriod(in, problems), endDateMeans(in, problems)
	advanced(&p, in, problems)
	links(&p, in, problems)
	return p, problems.Err()
}

const (
	textLimit   = 200
	secretLimit = 2000
)

// lengths refuses what nobody types: a pasted page, a file.
func lengths(in Input, problems errs.Fields) {
	for field, text := range map[string]string{
		"name": in.Name, "internal_name": in.InternalName, "user_name": in.UserName, "application_id": in.ApplicationID,
		"reseller_number": in.ResellerNumber,
		"password":        in.Password.Reveal(), "application_secret": in.ApplicationSecret.Reveal(),
	} {
		limit := textLimit
		if field == Password || field == ApplicationSecret {
			limit = secretLimit
		}
		if len([]rune(text)) > limit {
			problems.Add(field, "This is longer than %d characters. Has something else been pasted here?", limit)
		}
	}
}

func connectorOf(in Input, problems errs.Fields) string {
	switch in.Connector {
	case distributor.Manual:
		return distributor.Manual
	case "", distributor.Stellr, distributor.StellrLegacy:
		if in.ComprehensiveAPI {
			return distributor.Stellr
		}
		return distributor.StellrLegacy
	}
	problems.Add("connector", "There is no such connector. Choose stellr or manual.")
	return distributor.Stellr
}

func credentials(p *Provider, in Input, have stored, problems errs.Fields) {
	p.UserName, p.ApplicationID, p.ResellerNumber = strings.TrimSpace(in.UserName), strings.TrimSpace(in.ApplicationID),
		strings.TrimSpace(in.ResellerNumber)
	p.GrantType = grant(in, problems)
	hasPassword := in.Password != "" || have.has(Password) && !in.PasswordClear
	hasSecret := in.ApplicationSecret != "" || have.has(ApplicationSecret) && !in.ApplicationSecretClear
	if p.ResellerNumber == "" {
		problems.Add("reseller_number", "Enter the reseller number: the TD SYNNEX account number you use for CSP.")
	}
	if p.Connector == distributor.StellrLegacy || p.GrantType == PasswordGrant {
		if p.UserName == "" {
			problems.Add("user_name", "Enter the user name of the integration account.")
		}
		if !hasPassword {
			problems.Add("password", "Enter the password of the integration account.")
		}
	}
	if p.Connector == distributor.Stellr {
		if p.ApplicationID == "" {
			problems.Add("application_id", "Enter the application id from the developer portal.")
		}
		if !hasSecret {
			problems.Add("application_secret",
				"Enter the application secret. The portal shows it once, when it is made.")
		}
	}
}

func grant(in Input, problems errs.Fields) string {
	switch g := strings.TrimSpace(in.Grant); g {
	case "", DefaultGrant:
		return DefaultGrant
	case PasswordGrant:
		return PasswordGrant
	}
	problems.Add("grant", "Choose client_credentials or password.")
	return DefaultGrant
}

func advanced(p *Provider, in Input, problems errs.Fields) {
	p.PageSize = number(problems, "page_size", in.PageSize, limits{1, 200, DefaultPageSize})
	p.Concurrency = number(problems, "concurrency", in.Concurrency, limits{1, 16, DefaultConcurrency})
}

type limits struct{ from, to, standard int }

func number(problems errs.Fields, field, s string, l limits) int {
	if s = strings.TrimSpace(s); s == "" {
		return l.standard
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < l.from || n > l.to {
		problems.Add(field, "Enter a whole number from %d to %d.", l.from, l.to)
		return l.standard
	}
	return n
}

// currency is the one typed, else that of the API's host. A manual provider has no host.
func currency(in Input, problems errs.Fields) (code string, byHost bool) {
	s := strings.TrimSpace(in.Currency)
	if s == "" && in.Connector == distributor.Manual {
		return "", false
	}
	if s == "" {
		return distributor.CurrencyFor(in.URL), true
	}
	c, ok := money.ParseCurrency(s)
	if !ok {
		problems.Add("currency", "Enter a currency as three letters, such as USD, or leave it to the URL.")
	}
	return c, false
}

// costPeriod is asked of a legacy provider alone: the other API gives a billing
// frequency with every cost.
func costPeriod(in Input, problems errs.Fields) money.Period {
	if in.ComprehensiveAPI {
		return money.Unknown
	}
	switch p := money.Period(strings.TrimSpace(in.CostPeriod)); p {
	case money.Unknown, money.Month, money.Quarter, money.Year, money.ThreeYears:
		return p
	}
	problems.Add("cost_period", "Choose month, quarter, year or three_years, or leave it open.")
	return money.Unknown
}

// endDateMeans is what a person says of end dates: a record whose start, term and end
// are known tells it by itself (RULES 2).
func endDateMeans(in Input, problems errs.Fields) string {
	switch s := strings.TrimSpace(in.EndDateMeans); s {
	case "", "last_day", "day_after":
		return s
	case "auto":
		return ""
	}
	problems.Add("end_date_means", "Choose last_day or day_after, or leave it to the records.")
	return ""
}

func links(p *Provider, in Input, problems errs.Fields) {
	reseller, admin := CheckResellerLink(in.ResellerAuthorizeURL), CheckAdminLink(in.DelegatedAdminURL)
	p.ResellerAuthorizeURL, p.DelegatedAdminURL = reseller.URL, admin.URL
	if reseller.Problem != "" {
		problems.Add("reseller_authorize_url", "%s", reseller.Problem)
	}
	if admin.Problem != "" {
		problems.Add("delegated_admin_url", "%s", admin.Problem)
	}
}

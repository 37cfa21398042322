package crmsources_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/auth"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/testkit/pgtest"
	"seatledger/internal/testkit/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the whole site with a Dynamics 365 organisation beside it.
type desk struct {
	*testing.T
	*webtest.Site
	org   *standin.Organisation
	crm   string // its address
	admin *webtest.Client
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, org: standin.New()}
	server := httptest.NewServer(d.org)
	t.Cleanup(server.Close)
	d.crm = server.URL
	d.Site = webtest.Start(t, webtest.Options{Env: map[string]string{"OUTBOUND_ALLOW": "127.0.0.1/32"}})
	d.admin = d.SignIn(auth.Admin)
	return d
}

// source makes a source through the form and gives its page.
func (d *desk) source(more ...string) string {
	d.Helper()
	values := append([]string{"name", "Dynamics 365", "url", d.crm, "tenant", standin.Tenant, "client_id",
		standin.ClientID, "client_secret", standin.Secret,
		"token_url", d.crm + "/" + standin.Tenant + "/oauth2/v2.0/token", "tenant_column", "wf_tenantid", "page_size",
		"2"}, more...)
	return d.admin.Get("/crm-sources/new").FormTo("/crm-sources").Set(values...).Submit().Next().Path()
}

// read asks for a reading on the source's page, has it worked, and gives its page.
func (d *desk) read(source string, c *webtest.Client) *webtest.Page {
	d.Helper()
	p := c.Get(source).FormTo(source + "/read").Submit().Next()
	return d.work(p, c)
}

func (d *desk) work(p *webtest.Page, c *webtest.Client) *webtest.Page {
	d.Helper()
	id, err := uuid.Parse(p.URL.Path[strings.LastIndex(p.URL.Path, "/")+1:])
	if err != nil {
		d.Fatal(err)
	}
	if err := d.App.Sources.Execute(d.Context(), id); err != nil {
		d.Fatal(err)
	}
	return c.Get(p.Path())
}

func accountID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func (d *desk) customers(n int) {
	for i := 1; i <= n; i++ {
		d.org.PutAccount(accountID(i),
			map[string]any{"name": fmt.Sprintf("Customer %02d Ltd", i), "accountnumber": fmt.Sprintf("A-%02d", i),
				"websiteurl": fmt.Sprintf("https://customer%02d.example", i), "address1_line1": "1 Quay",
				"address1_city": "Leeds", "telephone1": "+44 113 1"})
		d.org.PutContact(fmt.Sprintf("00000000-0000-4000-9000-%012d", i), accountID(i),
			fmt.Sprintf("office@customer%02d.example", i))
	}
}

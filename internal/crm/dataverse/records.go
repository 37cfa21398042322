package dataverse

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// Account is one customer as Dataverse has it.
type Account struct {
	ID         string // GUID in lower case
	Number     string
	Name       string
	Website    string
	MailDomain string // of the account's own address
	Street     string
	City       string
	State      string
	PostalCode string
	Country    string
	Phone      string
	TenantID   string
	Inactive   bool
}

// Contact is of a person only what tells whose mail domain it is.
type Contact struct {
	ID         string
	AccountID  string
	MailDomain string
}

// Listing is one reading, of everything or of what changed.
type Listing[T any] struct {
	Records []T
	Deleted map[string]string // id -> reason; only in a reading of changes
	Bad     int               // records without a readable id: then the reading is not complete
	Delta   string            // where the next reading goes on
}

// Accounts reads every account, or since a delta link what changed. read is told how many have come.
func (c *Client) Accounts(ctx context.Context, delta string, read func(int)) (Listing[Account], error) {
	fields := strings.Split("accountid,accountnumber,name,websiteurl,emailaddress1,address1_line1,address1_line2,address1_city,address1_stateorprovince,address1_postalcode,address1_country,telephone1,statecode", ",")
	if c.config.TenantColumn != "" {
		fields = append(fields, c.config.TenantColumn)
	}
	return readAll(ctx, c, list{op: "list accounts", set: "accounts", fields: fields, delta: delta}, c.account, read)
}

// Contacts reads the contacts of accounts in the same way. One without an account, without
// a mail address or inactive comes with an empty MailDomain.
func (c *Client) Contacts(ctx context.Context, delta string, read func(int)) (Listing[Contact], error) {
	fields := []string{"contactid", "emailaddress1", "_parentcustomerid_value", "statecode"}
	return readAll(ctx, c, list{op: "list contacts", set: "contacts", fields: fields, delta: delta}, contact, read)
}

func readAll[T any](ctx context.Context, c *Client, l list, parse func(record) (T, bool),
	read func(int)) (Listing[T], error) {
	out := Listing[T]{Deleted: map[string]string{}}
	n := 0
	delta, err := c.each(ctx, l, func(raws []json.RawMessage) {
		for _, raw := range raws {
			out.take(raw, parse)
		}
		n += len(raws)
		read(n)
	})
	out.Delta = delta
	return out, err
}

func (l *Listing[T]) take(raw json.RawMessage, parse func(record) (T, bool)) {
	r := record{}
	if json.Unmarshal(raw, &r) != nil {
		l.Bad++
		return
	}
	if id, reason, gone := r.removed(); gone {
		l.Deleted[id] = reason
		return
	}
	if t, ok := parse(r); ok {
		l.Records = append(l.Records, t)
	} else {
		l.Bad++
	}
}

// record is one record as received.
type record map[string]json.RawMessage

// text is a field as text; empty when it is absent or null. A number is taken as written.
func (r record) text(field string) string {
	s := ""
	if json.Unmarshal(r[field], &s) == nil {
		return strings.TrimSpace(s)
	}
	var n json.Number
	if json.Unmarshal(r[field], &n) == nil {
		return n.String()
	}
	return ""
}

func (r record) inactive() bool {
	n := 0
	return json.Unmarshal(r["statecode"], &n) == nil && n != 0
}

// removed reads a deleted entry, as OData 4.0 and 4.01 write it.
func (r record) removed() (id, reason string, gone bool) {
	context, has := r.text("@odata.context"), r["@removed"]
	if has == nil && !strings.Contains(context, "$deletedEntity") && (r["reason"] == nil || r["id"] == nil) {
		return "", "", false
	}
	var why struct {
		Reason string `json:"reason"`
	}
	if has != nil {
		_ = json.Unmarshal(has, &why) // without a readable reason it is deleted all the same
	} else {
		why.Reason = r.text("reason")
	}
	if why.Reason == "" {
		why.Reason = "deleted"
	}
	for _, field := range []string{"id", "accountid", "contactid", "@id", "@odata.id"} {
		if id := guid(lastPart(r.text(field))); id != "" {
			return id, why.Reason, true
		}
	}
	return "", "", false
}

// lastPart takes the id out of accounts(…), where a whole link is given.
func lastPart(s string) string {
	if i := strings.LastIndexByte(s, '('); i >= 0 {
		s = strings.TrimSuffix(s[i+1:], ")")
	}
	return s
}

func guid(s string) string {
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return ""
	}
	return id.String()
}

func (c *Client) account(r record) (Account, bool) {
	a := Account{
		ID: guid(r.text("accountid")), Number: r.text("accountnumber"), Name: r.text("name"),
		Website:    r.text("websiteurl"),
		MailDomain: mailDomain(r.text("emailaddress1")), City: r.text("address1_city"),
		State:      r.text("address1_stateorprovince"),
		PostalCode: r.text("address1_postalcode"), Country: r.text("address1_country"), Phone: r.text("telephone1"),
		Inactive: r.inactive(),
	}
	a.Street = strings.Trim(r.text("address1_line1")+", "+r.text("address1_line2"), ", ")
	if c.config.TenantColumn != "" {
		a.TenantID = r.text(c.config.TenantColumn)
	}
	return a, a.ID != ""
}

func contact(r record) (Contact, bool) {
	k := Contact{ID: guid(r.text("contactid")), AccountID: guid(r.text("_parentcustomerid_value")),
		MailDomain: mailDomain(r.text("emailaddress1"))}
	if k.AccountID == "" || r.inactive() {
		k.MailDomain = ""
	}
	return k, k.ID != ""
}

func mailDomain(address string) string {
	name, domain, ok := strings.Cut(strings.ToLower(address), "@")
	if !ok || name == "" || strings.ContainsAny(domain, "@ ,;") || !strings.Contains(domain, ".") {
		return ""
	}
	return domain
}

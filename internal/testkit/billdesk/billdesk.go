// Package billdesk puts the lines of package billlines into a database: customers with contracts, subscriptions that
// are signed off, invoices that were billed, and a supplier's bill, as though all of it had come in the ordinary
// ways. It knows the tables and none of the rooms that compare.
package billdesk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/testkit/billlines"
	"seatledger/internal/testkit/billtest"
)

// Bill writes a bill of a provider with its lines and gives its id.
func Bill(w *billtest.World, name string, lines []string) uuid.UUID {
	w.Helper()
	id := uuid.Must(uuid.NewV7())
	rows := table(billlines.BillHead, lines)
	from, to := "9999-12-31", ""
	sum := sha256.Sum256([]byte(name + strings.Join(lines, "\n")))
	for i, r := range rows {
		r["id"], r["place"] = uuid.Must(uuid.NewV7()).String(), fmt.Sprint(i+1)
		if r["line"] == "" {
			r["line"] = fmt.Sprintf("A%d", i+1)
		}
		r["usage"] = fmt.Sprint(strings.EqualFold(r["charge"], "usage"))
		r["quantity"], r["unit_price"] = strings.TrimPrefix(r["quantity"], "'"), strings.TrimPrefix(r["unit_price"],
			"'")
		if r["to"] == r["from"] {
			r["to"] = ""
		}
		from, to = min(from, r["from"]), max(to, r["to"], dayAfter(r["from"]))
	}
	w.Exec(`INSERT INTO supplier_bills (id, provider_id, layout, name, month, from_on, to_on, lines, digest, at,
		actor)
		VALUES (?, ?, 'neutral', ?, ?, ?, ?, ?, ?, ?, 'Bea Example')`, id, w.Provider.ID, name, from[:7]+"-01",
		from, to,
		len(rows), hex.EncodeToString(sum[:]), w.Clock.Now())
	w.Exec(`INSERT INTO supplier_bill_lines (id, bill_id, place, line, customer_external_id, customer, tenant_id,
			subscription_external_id, vendor_subscription_id, order_id, part_number, product, term, billing_frequency,
			charge, usage, from_on, to_on, quantity, unit_price, amount, tax, currency, exchange_rate, reference)
		SELECT r.id, ?, place, line, customer_external_id, customer, tenant_id, subscription_external_id,
			vendor_subscription_id, order_id, part_number, product, term, billing_frequency, charge, usage,
			"from"::date,
			nullif("to", '')::date, nullif(quantity, '')::numeric, nullif(unit_price, '')::numeric, amount::numeric,
			nullif(tax, '')::numeric, currency, nullif(exchange_rate, '')::numeric, reference
		FROM jsonb_to_recordset(?::jsonb) AS r (id uuid, place int, line text, customer_external_id text, customer
		text,
			tenant_id text, subscription_external_id text, vendor_subscription_id text, order_id text, part_number
			text,
			product text, term text, billing_frequency text, charge text, usage boolean, "from" text, "to" text,
			quantity text, unit_price text, amount text, tax text, currency text, exchange_rate text, reference
			text)`,
		id, document(w, rows))
	return id
}

// Billed makes what the lines of our side say: a customer and a contract for each name on either side, a subscription
// for each id of ours, and its invoice lines. All contracts are billed from the first of the days to the last.
func Billed(w *billtest.World, bill, billed []string) {
	w.Helper()
	rows, charged := table(billlines.BilledHead, billed), table(billlines.BillHead, bill)
	first, last := "9999-12-31", ""
	for _, r := range rows {
		first, last = min(first, strings.TrimPrefix(r["from"], "'")), max(last, r["to"])
	}
	names := map[string]bool{}
	var customers, subs []map[string]string
	known := map[string]map[string]string{}
	for _, r := range append(append([]map[string]string{}, rows...), charged...) {
		name := folded(r["customer"])
		if !names[name] {
			names[name] = true
			customers = append(customers, map[string]string{"id": uuid.Must(uuid.NewV7()).String(), "key": name,
				"name": r["customer"], "contract": uuid.Must(uuid.NewV7()).String(),
				"invoice": uuid.Must(uuid.NewV7()).String(), "currency": r["currency"]})
		}
	}
	byName := map[string]map[string]string{}
	for _, c := range customers {
		byName[c["key"]] = c
	}
	for i, r := range rows {
		c := byName[folded(r["customer"])]
		if known[r["subscription_id"]] == nil {
			known[r["subscription_id"]] = map[string]string{"id": uuid.Must(uuid.NewV7()).String(),
				"external_id": r["subscription_id"], "part": r["part_number"], "customer": c["id"],
				"contract": c["contract"]}
			subs = append(subs, known[r["subscription_id"]])
		}
		r["id"], r["invoice"], r["position"] = uuid.Must(uuid.NewV7()).String(), c["invoice"], fmt.Sprint(i+1)
		r["subscription"], r["from"] = known[r["subscription_id"]]["id"], strings.TrimPrefix(r["from"], "'")
		r["line_kind"] = "catch_up"
		if r["price_period"] == "once" {
			r["line_kind"] = "once"
		}
		if r["to"] <= r["from"] {
			r["to"] = dayAfter(r["from"])
		}
	}
	now := w.Clock.Now()
	const each = `FROM jsonb_to_recordset(?::jsonb) AS r `
	w.Exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) SELECT id, name, 'person', ?, ?
		`+each+
		`(id uuid, name text)`, now, now, document(w, customers))
	w.Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
			start_date, bill_from, refunds, payment_terms, tax_code, is_default, active, created_at, updated_at)
		SELECT contract, id, 'Licences', currency, 'monthly', 'arrears', 1, ?, ?, 'no', '30 days', '', true, true,
		?, ? `+
		each+`(id uuid, contract uuid, currency text)`, first, first, now, now, document(w, customers))
	w.Exec(`INSERT INTO invoices (id, contract_id, crm_account_id, kind, state, currency, total, period_start,
		period_end,
			drafted_by, drafted_at)
		SELECT invoice, contract, id, 'full_cycle', 'draft', currency, 0, ?, ?, 'Bea Example', ? `+each+
		`(id uuid, contract uuid, invoice uuid, currency text)`, first, last, now, document(w, customers))
	w.Exec(`INSERT INTO subscriptions (id, provider_id, account_id, external_id, vendor, kind, product_name,
		part_number,
			quantity, billing_frequency, term, provider_status, first_seen_at, facts_at, crm_account_id,
			contract_id, state,
			updated_at)
		SELECT id, ?, ?, external_id, 'Microsoft', 'licence', 'Product', part, 0, 'unknown', 'unknown', 'active', ?,
		?,
			customer, contract, 'active', ? `+each+`(id uuid, external_id text, part text, customer uuid, contract
			uuid)`,
		w.Provider.ID, w.Account.ID, now, now, now, document(w, subs))
	w.Exec(`INSERT INTO sign_offs (id, subscription_id, fingerprint, facts, contract_id, verdict, signed_by,
		signed_at)
		SELECT gen_random_uuid(), id, '', '{}', contract, 'ok', 'Bea Example', ? `+each+`(id uuid, contract uuid)`,
		now,
		document(w, subs))
	w.Exec(`INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, part_number, from_date,
		to_date, seats,
			unit_price, price_period, currency, amount, exact)
		SELECT id, invoice, position, subscription, line_kind, part_number, "from"::date, "to"::date, seats::int,
			unit_price::numeric, price_period, currency, amount::numeric, 0 `+each+`(id uuid, invoice uuid, position
			int,
			subscription uuid, line_kind text, part_number text, "from" text, "to" text, seats text, unit_price text,
			price_period text, currency text, amount text)`, document(w, rows))
}

func table(head string, lines []string) (out []map[string]string) {
	names := strings.Split(head, ",")
	for _, l := range lines {
		row := map[string]string{}
		for i, cell := range strings.Split(l, ",") {
			row[names[i]] = cell
		}
		out = append(out, row)
	}
	return out
}

func dayAfter(day string) string {
	at, _ := time.Parse(time.DateOnly, day)
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}

func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func document(w *billtest.World, rows []map[string]string) string {
	w.Helper()
	if rows == nil {
		rows = []map[string]string{}
	}
	b, err := json.Marshal(rows)
	if err != nil {
		w.Fatal(err)
	}
	return string(b)
}

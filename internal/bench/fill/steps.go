package fill

// bid is the id of a record: of version 7, in the order of its number, so that records find each other without a
// look-up.
const prepare = `
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '64MB';
SET enable_seqscan = off; -- triggers plan their look-ups while their tables are empty
CREATE OR REPLACE FUNCTION pg_temp.bid(kind text, i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
	SELECT (lpad(to_hex(1700000000000 + i), 12, '0') || '7' || lpad(kind, 3, '0') || '8000' || lpad(to_hex(i), 12,
	'0'))::uuid
$$;
CREATE OR REPLACE FUNCTION pg_temp.company(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT (ARRAY['Amber', 'Birch', 'Cedar', 'Delta', 'Ember', 'Fjord', 'Granite', 'Harbor', 'Indigo', 'Juniper',
	'Kestrel',
		'Lagoon', 'Maple', 'Nordic', 'Opal', 'Prairie', 'Quartz', 'River', 'Summit', 'Tundra'])[i % 20 + 1] || ' ' ||
		(ARRAY['Foods', 'Logistics', 'Dental', 'Metals', 'Legal', 'Health', 'Motors', 'Textiles', 'Media', 'Energy',
		'Optics'])[i % 11 + 1] || ' ' || i
$$;`

var steps = []step{
	{name: "ground", sql: []string{
		`INSERT INTO providers (id, name, connector, comprehensive_api, host, url, reseller_number, currency, active,
			credentials_at, checked_at, check_result, created_at, updated_at)
		SELECT pg_temp.bid('1', i), 'Distributor ' || (ARRAY['North', 'South', 'East', 'West'])[i + 1], 'stellr', true,
			'api' || i || '.distributor.example', 'https://api' || i || '.distributor.example/', '70' || i, 'USD', true,
			now() - interval '2 days', now() - interval '1 day', 'passed', now(), now() FROM generate_series(0, 3) i`,
		`INSERT INTO products (id, vendor, part_number, name, sku, created_at, updated_at)
		SELECT pg_temp.bid('2', i), CASE WHEN i % 10 = 0 THEN 'Adobe' ELSE 'Microsoft' END,
			'CFQ7TTC0' || lpad(to_hex(i), 4, '0'), (ARRAY['Microsoft 365 Business Premium', 'Exchange Online Plan 1',
			'Power BI Pro', 'Defender for Endpoint', 'Visio Plan 2', 'Project Plan 3', 'Teams Phone Standard',
			'Windows 365 Enterprise'])[i % 8 + 1] || ' ' || i, 'SKU' || i, now(), now() FROM generate_series(0, 399) i`,
		`INSERT INTO price_lists (id, name, currency, active, created_at, updated_at)
			VALUES (pg_temp.bid('3', 0), 'Standard', 'USD', true, now(), now())`,
		`INSERT INTO price_list_items (id, price_list_id, product_id, unit, term, billing_frequency, unit_price,
			effective_from, created_at, updated_at)
		SELECT pg_temp.bid('4', i), pg_temp.bid('3', 0), pg_temp.bid('2', i), 'month', 'annual', 'monthly', 4 + i % 60,
			'2024-01-01', now(), now() FROM generate_series(0, 399) i`,
		`INSERT INTO sync_runs (id, provider_id, kind, trigger, state, requested_by, requested_at, started_at,
		finished_at)
		SELECT pg_temp.bid('5', i), pg_temp.bid('1', i % 4), CASE WHEN i % 8 < 4 THEN 'accounts' ELSE 'subscriptions'
		END,
			'nightly', CASE WHEN i % 13 = 0 THEN 'failed' WHEN i % 17 = 0 THEN 'partial' ELSE 'succeeded' END,
			'Seatledger',
			now() - i * interval '3 hours', now() - i * interval '3 hours', now() - i * interval '3 hours'
			FROM generate_series(0, 499) i`,
	}},
	{name: "customers", sql: []string{
		`INSERT INTO crm_accounts (id, external_id, name, website, domain, tenant_id, city, country, source, created_at,
			updated_at)
		SELECT pg_temp.bid('6', i), 'CRM-' || i, pg_temp.company(i), 'https://c' || i || '.example', 'c' || i ||
		'.example',
			pg_temp.bid('7', i)::text, 'Lakeside', 'US', 'csv', now(), now() - i * interval '1 second'
			FROM generate_series(0, $c - 1) i`,
	}},
	{name: "contracts", sql: []string{
		`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
			price_list_id, start_date, bill_from, end_date, refunds, payment_terms, is_default, active, deactivated_at,
			created_at, updated_at)
		SELECT pg_temp.bid('8', i), pg_temp.bid('6', i % $c), 'Agreement ' || i / $c + 1, 'USD',
			(ARRAY['monthly', 'monthly', 'monthly', 'quarterly', 'annual'])[i % 5 + 1],
			CASE WHEN i % 3 = 0 THEN 'arrears' ELSE 'advance' END, i % 28 + 1, pg_temp.bid('3', 0),
			date '2024-01-01' + (i % 500)::int, date '2026-01-01' + (i % 500)::int, NULL, 'global', '30', i < $c,
			i % 12 <> 11, CASE WHEN i % 12 = 11 THEN now() END, now(), now() FROM generate_series($from, $to) i`,
	}},
	{name: "accounts", sql: []string{
		`INSERT INTO provider_accounts (id, provider_id, external_id, name, domain, tenant_id, email, provider_status,
			provider_status_text, gone_at, state, crm_account_id, exclude_reason, decided_by, decided_at, first_seen_at,
			updated_at)
		SELECT pg_temp.bid('9', i), pg_temp.bid('1', i / $c % 4), 'A' || 100000 + i, pg_temp.company(i % $c),
			'c' || i % $c || '.example', pg_temp.bid('7', i % $c)::text, 'admin@c' || i % $c || '.example', status,
			status,
			CASE status WHEN 'gone' THEN now() END, state, CASE state WHEN 'mapped' THEN pg_temp.bid('6', i % $c) END,
			CASE state WHEN 'excluded' THEN 'No customer of ours' ELSE '' END,
			CASE state WHEN 'unmapped' THEN '' ELSE 'Robin Operator' END,
			CASE state WHEN 'unmapped' THEN NULL ELSE now() END, now() - i * interval '1 second', now()
		FROM generate_series($from, $to) i, LATERAL (SELECT
			CASE WHEN i < 4 * $c THEN 'mapped' WHEN i < 5 * $c THEN 'unmapped' ELSE 'excluded' END AS state,
			CASE WHEN i >= 5 * $c AND i % 3 = 0 THEN 'discontinued' WHEN i % 41 = 0 THEN 'gone' ELSE 'active' END
			AS status) said`,
	}},
	{name: "invoices", chunked: true, sql: []string{
		// The documents come first: an invoice finds its words and its open amount in its own.
		`INSERT INTO invoice_documents (invoice_id, document, net, tax, gross, due_on, made_at)
		SELECT pg_temp.bid('a', i), jsonb_build_object('contract', 'Agreement ' || i / $c + 1, 'customer',
			jsonb_build_object('name', pg_temp.company(i % $c)), 'sections', '[]'::jsonb), total, 0, total,
			date '2026-01-31' + (i / 1000 % 300)::int, now()
		FROM generate_series($from, $to) i, LATERAL (SELECT (i % 300 + 1) * (4 + i % 60) AS total) t
		WHERE i % 50 = 0 OR i % 10 <> 1`,
		`INSERT INTO invoices (id, number, number_text, number_series, contract_id, crm_account_id, kind, state,
		currency,
			total, period_start, period_end, run_to, payment_terms, drafted_by, drafted_at, issued_at, paid_at,
			voided_at,
			void_reason)
		SELECT pg_temp.bid('a', i), CASE WHEN out THEN i + 1 END, CASE WHEN out THEN 'INV-' || i + 1 ELSE '' END,
			CASE WHEN out THEN '#' ELSE '' END, pg_temp.bid('8', i), pg_temp.bid('6', i % $c),
			CASE WHEN i % 9 = 0 THEN 'change_log' ELSE 'full_cycle' END, state, 'USD', (i % 300 + 1) * (4 + i % 60),
			date '2026-01-01' + (i / 1000 % 300)::int, date '2026-02-01' + (i / 1000 % 300)::int,
			date '2026-02-01' + (i / 1000 % 300)::int, '30', 'Robin Billing', now() - ($n - i) * interval '10 seconds',
			CASE WHEN out THEN now() - ($n - i) * interval '10 seconds' END, CASE state WHEN 'paid' THEN now() END,
			CASE state WHEN 'void' THEN now() END, CASE state WHEN 'void' THEN 'Wrong period' ELSE '' END
		FROM generate_series($from, $to) i, LATERAL (SELECT CASE WHEN i % 50 = 0 THEN 'void' WHEN i % 10 = 1 THEN
		'draft'
			WHEN i % 4 = 0 THEN 'billed' ELSE 'paid' END AS state) s, LATERAL (SELECT state <> 'draft' AS out) o`,
	}},
	{name: "subscriptions", chunked: true, sql: []string{reviews, signOffs, subscriptions, stays, changes, statuses}},
	{name: "lines", chunked: true, sql: []string{lines, lineChanges, coverage}},
	{name: "counts", sql: []string{`UPDATE crm_accounts a SET mapped_accounts = coalesce(m.n, 0),
			active_contracts = coalesce(b.n, 0)
		FROM crm_accounts x LEFT JOIN (SELECT crm_account_id AS id, count(*) AS n FROM provider_accounts
			WHERE state = 'mapped' GROUP BY 1) m USING (id)
		LEFT JOIN (SELECT crm_account_id AS id, count(*) AS n FROM billing_contracts
			WHERE active GROUP BY 1) b USING (id)
		WHERE a.id = x.id`}},
	{name: "numbers", sql: []string{`UPDATE invoice_numbers SET last = $n`}},
}

// chain is the trail, one entry after the other.
var chain = step{name: "audit", sql: []string{trail, `SELECT mend_audit_days()`}}

const subscriptions = `
INSERT INTO subscriptions (id, provider_id, account_id, external_id, vendor, vendor_subscription_id, kind, product_id,
	product_name, part_number, sku, quantity, unit_cost, cost_period, cost_currency, suggested_price, billing_frequency,
	billing_frequency_text, term, term_text, start_date, end_date, term_start, provider_status, provider_status_text,
	first_seen_at, facts_at, crm_account_id, contract_id, unit_price, price_period, currency, price_list_item_id,
	proposed_item_id, state, hold_reason, deactivated_by, deactivated_on, billed_through, review, findings,
	ledger_quantity, updated_at, billed_from)
SELECT pg_temp.bid('b', i), pg_temp.bid('1', i / $c % 4), pg_temp.bid('9', CASE hold WHEN 'unmapped' THEN 4 * $c + i %
	$c
	WHEN 'excluded' THEN 8 * $c + i % $c + (i / $c % 4) * $c ELSE i / $c % 4 * $c + i % $c END),
	'S-' || 1000000 + i, CASE WHEN p % 10 = 0 THEN 'Adobe' ELSE 'Microsoft' END, md5(i::text),
	CASE WHEN i % 7 = 0 THEN 'usage' WHEN i % 101 = 0 THEN 'one_time' WHEN i % 53 = 0 THEN 'trial' ELSE 'licence' END,
	pg_temp.bid('2', p), (ARRAY['Microsoft 365 Business Premium', 'Exchange Online Plan 1', 'Power BI Pro',
	'Defender for Endpoint', 'Visio Plan 2', 'Project Plan 3', 'Teams Phone Standard', 'Windows 365 Enterprise'])[p %
	8 + 1]
	|| ' ' || p, 'CFQ7TTC0' || lpad(to_hex(p), 4, '0'), 'SKU' || p, i % 300 + 1, 3 + p % 50, 'month', 'USD', 5 + p % 60,
	'monthly', 'Monthly', 'annual', 'P1Y', current_date - (i % 600)::int - 40,
	CASE WHEN i % 9 > 0 THEN current_date - 30 + (i % 700)::int END, current_date - (i % 300)::int - 40, 'active',
	'Active',
	now() - i * interval '1 second', now(), CASE WHEN hold IN ('unmapped', 'excluded') THEN NULL
	ELSE pg_temp.bid('6', i % $c) END, CASE WHEN hold IN ('unmapped', 'excluded') THEN NULL ELSE pg_temp.bid('8', i)
	END,
	4 + p % 60, 'month', 'USD', pg_temp.bid('4', p), CASE WHEN i % 97 = 0 THEN pg_temp.bid('4', p) END, state, hold,
	CASE state WHEN 'inactive' THEN 'provider' END, CASE state WHEN 'inactive' THEN current_date - 20 END,
	CASE WHEN state = 'active' THEN current_date END, review,
	CASE review WHEN 'fail' THEN ARRAY['customer'] WHEN 'warn' THEN ARRAY['margin'] ELSE '{}' END,
	CASE WHEN state = 'inactive' THEN 0 ELSE i % 300 + 1 END, now(),
	CASE WHEN review = 'signed' AND i % 12 <> 11 AND i % 7 > 0 AND (i % 101 > 0)
		THEN greatest(date '2026-01-01' + (i % 500)::int, current_date - (i % 600)::int - 40) ELSE 'infinity' END
` + judged + `,
	LATERAL (SELECT ((i * 7 + i / $c) % 400)::int AS p) a`

// judged is what becomes of each subscription: held, ended or active, and what its review says.
const judged = `
FROM generate_series($from::bigint, $to::bigint) i, LATERAL (SELECT
	CASE WHEN i % 40 = 0 THEN 'unmapped' WHEN i % 40 = 20 THEN 'excluded' WHEN i % 500 = 1 THEN 'pending'
	WHEN i % 500 = 2 THEN 'twin' WHEN i % 500 = 3 THEN 'cutover' END AS hold) h,
	LATERAL (SELECT CASE WHEN hold IS NOT NULL THEN 'held' WHEN i % 11 = 0 THEN 'inactive' ELSE 'active' END AS state)
	b,
	LATERAL (SELECT CASE state WHEN 'held' THEN 'fail' WHEN 'active'
	THEN (ARRAY['signed', 'signed', 'signed', 'ok', 'warn', 'fail'])[i % 6 + 1] END AS review) v`

// Reviews and sign-offs come before what they are of, which reckons with them the days on which it is billed.
const reviews = `
INSERT INTO subscription_reviews (subscription_id, verdict, checks, fingerprint, refreshed_at)
SELECT pg_temp.bid('b', i), CASE review WHEN 'signed' THEN 'ok' ELSE review END, jsonb_build_array(
	jsonb_build_object('group', 'customer', 'code', 'customer', 'verdict',
		CASE review WHEN 'fail' THEN 'fail' ELSE 'ok' END, 'says', 'The customer is set.'),
	jsonb_build_object('group', 'pricing', 'code', 'margin', 'verdict',
		CASE review WHEN 'warn' THEN 'warn' ELSE 'ok' END, 'says', 'The margin is 15 %.')),
	md5(pg_temp.bid('b', i)::text), now()` + judged + ` WHERE review IS NOT NULL`

const signOffs = `
INSERT INTO sign_offs (id, subscription_id, fingerprint, facts, contract_id, verdict, signed_by, signed_at)
SELECT pg_temp.bid('c', i), pg_temp.bid('b', i), md5(pg_temp.bid('b', i)::text), '{}', pg_temp.bid('8', i), 'ok',
	'Robin Operator', now()` + judged + ` WHERE review = 'signed'`

const stays = `
INSERT INTO contract_stays (subscription_id, contract_id)
SELECT s.id, s.contract_id FROM generate_series($from::bigint, $to::bigint) i
JOIN subscriptions s ON s.id = pg_temp.bid('b', i) WHERE s.contract_id IS NOT NULL ORDER BY i`

// changes are two rows a subscription: how it began, and its price or its end.
const changes = `
INSERT INTO license_changes (id, subscription_id, event, reason, effective_at, recorded_at, delta, quantity_after,
	estimated, unit_cost, cost_period, cost_currency, unit_price, price_period, currency, source, sync_run_id, actor,
	note,
	price_from, price_item_id)
SELECT pg_temp.bid('d', i * 2 + k), s.id, CASE WHEN k = 0 THEN 'create' WHEN state = 'inactive' THEN 'deactivate'
	ELSE 'price' END, CASE WHEN k = 1 AND state = 'inactive' THEN 'provider' END, start_date,
	now() - (2 * $n - i * 2 - k) * interval '1 second',
	CASE WHEN k = 0 THEN quantity WHEN state = 'inactive' THEN -quantity ELSE 0 END,
	CASE WHEN k = 1 AND state = 'inactive' THEN 0 ELSE quantity END, i % 15 = 0, unit_cost, cost_period, cost_currency,
	CASE WHEN k = 1 AND state <> 'inactive' THEN unit_price END, CASE WHEN k = 1 THEN price_period ELSE '' END,
	CASE WHEN k = 1 THEN currency ELSE '' END, 'sync', pg_temp.bid('5', i % 500), 'Seatledger',
	CASE WHEN i % 30 = 0 THEN 'seen for the first time' ELSE '' END, CASE WHEN k = 1 AND state <> 'inactive' THEN
	'list' ELSE '' END,
	CASE WHEN k = 1 AND state <> 'inactive' THEN price_list_item_id END
FROM generate_series($from::bigint, $to::bigint) i CROSS JOIN generate_series(0, 1) k
JOIN subscriptions s ON s.id = pg_temp.bid('b', i) ORDER BY i, k`

const statuses = `
INSERT INTO license_change_status (change_id, counted, billing_state, invoice_id, change_seq, change_subscription_id,
	change_provider_id, change_run_id, change_event, change_effective_at, change_estimated)
SELECT c.id, true, CASE WHEN k = 1 OR i % 50 = 0 OR i % 10 = 1 THEN 'open' ELSE 'invoiced' END,
	CASE WHEN k = 1 OR i % 50 = 0 OR i % 10 = 1 THEN NULL ELSE pg_temp.bid('a', i) END, c.seq, c.subscription_id,
	pg_temp.bid('1', i / $c % 4), c.sync_run_id, c.event, c.effective_at, c.estimated
FROM generate_series($from::bigint, $to::bigint) i CROSS JOIN generate_series(0, 1) k
JOIN license_changes c ON c.id = pg_temp.bid('d', i * 2 + k)`

const lines = `
INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, kind, product_name, part_number, from_date,
	to_date,
	seats, unit_price, price_period, currency, amount, exact, live, standing, cost, cost_currency)
SELECT pg_temp.bid('e', i), v.id, 1, s.id, CASE v.kind WHEN 'full_cycle' THEN 'cycle' ELSE 'catch_up' END, product_name,
	part_number, period_start, period_end, quantity, unit_price, 'month', 'USD', quantity * unit_price,
	quantity * unit_price, v.state <> 'void', v.state <> 'void',
	CASE WHEN s.start_date <= v.period_start
		THEN quantity * unit_price * per_month(unit_cost, cost_period) / per_month(unit_price, 'month') END,
	CASE WHEN s.start_date <= v.period_start THEN cost_currency ELSE '' END
FROM generate_series($from::bigint, $to::bigint) i JOIN subscriptions s ON s.id = pg_temp.bid('b', i)
JOIN invoices v ON v.id = pg_temp.bid('a', i) ORDER BY i`

const lineChanges = `
INSERT INTO invoice_line_changes (line_id, change_id)
SELECT pg_temp.bid('e', i), pg_temp.bid('d', i * 2) FROM generate_series($from::bigint, $to::bigint) i`

const coverage = `
INSERT INTO invoice_coverage (invoice_id, subscription_id, began, through_after, billed_days, held_days, forfeited_days,
	new_forfeited)
SELECT v.id, pg_temp.bid('b', i), period_start, period_end, 30 * (i % 300 + 1), 30 * (i % 300 + 1), 0, i % 100 / 99
FROM generate_series($from::bigint, $to::bigint) i JOIN invoices v ON v.id = pg_temp.bid('a', i)`

const trail = `
DO $$ DECLARE
	e    audit_events;
	head bytea;
	base bigint;
BEGIN
	SELECT seq, hash INTO base, head FROM audit_head;
	FOR i IN 1..$n LOOP
		e.seq := base + i;
		e.at := now() - ($n - i) * interval '1 second';
		e.actor_id := pg_temp.bid('f', i % 7);
		e.actor := (ARRAY['Ada Example', 'Robin Operator', 'Kim Billing', 'Sam Viewer', 'Lee Example', 'Jo Example',
			'Max Example'])[i % 7 + 1];
		e.action := (ARRAY['subscription.signed', 'account.mapped', 'contract.changed', 'price.entered',
			'invoice.billed'])[i % 5 + 1];
		e.object_type := (ARRAY['subscription', 'account', 'contract', 'subscription', 'invoice'])[i % 5 + 1];
		e.object_id := pg_temp.bid((ARRAY['b', '9', '8', 'b', 'a'])[i % 5 + 1], i - 1)::text;
		e.object_name := 'Record ' || i;
		e.before := jsonb_build_object('state', 'before', 'number', i);
		e.after := jsonb_build_object('state', 'after', 'number', i);
		e.request_id := '';
		e.prev_hash := head;
		e.hash := audit_event_hash(head, e);
		INSERT INTO audit_events (seq, at, actor_id, actor, action, object_type, object_id, object_name, before, after,
			request_id, prev_hash, hash) VALUES (e.seq, e.at, e.actor_id, e.actor, e.action, e.object_type, e.object_id,
			e.object_name, e.before, e.after, e.request_id, e.prev_hash, e.hash);
		head := e.hash;
	END LOOP;
	UPDATE audit_head SET seq = base + $n, hash = head;
END $$`

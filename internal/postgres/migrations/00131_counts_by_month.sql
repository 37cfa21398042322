-- +goose Up

-- Counts of invoices and lines by currency, and by the months of their days, so that a page of a month counts nothing;
-- of lines by the state of their invoice; of CRM accounts, whether anything is mapped and agreed (decision 93).
-- What is of one month, or due in one, stands in runs: an index has them in the list's order.
ALTER TABLE invoices
	ADD COLUMN first_month date GENERATED ALWAYS AS (period_start
		- (date_part('day', period_start)::integer - 1)) STORED,
	ADD COLUMN last_month  date GENERATED ALWAYS AS (period_end - 1
		- (date_part('day', period_end - 1)::integer - 1)) STORED,
	ADD COLUMN due_month   date GENERATED ALWAYS AS (CASE WHEN isfinite(due_key)
		THEN due_key - (date_part('day', due_key)::integer - 1) ELSE due_key END) STORED;
ALTER TABLE invoice_lines
	ADD COLUMN first_month date GENERATED ALWAYS AS (from_date - (date_part('day', from_date)::integer - 1)) STORED,
	ADD COLUMN last_month  date GENERATED ALWAYS AS (to_date - 1 - (date_part('day', to_date - 1)::integer - 1)) STORED;

DROP TABLE invoice_counts, invoice_line_counts;
CREATE TABLE invoice_counts (
	state    text NOT NULL,
	kind     text NOT NULL,
	currency text NOT NULL,
	n        bigint NOT NULL
);
CREATE TABLE invoice_month_counts (
	state       text NOT NULL,
	kind        text NOT NULL,
	currency    text NOT NULL,
	first_month date,
	last_month  date,
	due_month   date,
	n           bigint NOT NULL
);
CREATE TABLE invoice_line_counts (
	kind     text NOT NULL,
	currency text NOT NULL,
	state    text NOT NULL, -- of the invoice
	n        bigint NOT NULL
);
CREATE TABLE invoice_line_month_counts (
	kind        text NOT NULL,
	currency    text NOT NULL,
	state       text NOT NULL,
	first_month date,
	last_month  date,
	n           bigint NOT NULL
);
CREATE TABLE crm_account_counts (
	mapped_accounts  integer NOT NULL, -- 0, or 1 for any
	active_contracts integer NOT NULL,
	n                bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON invoice_counts, invoice_month_counts, invoice_line_counts, invoice_line_month_counts,
	crm_account_counts TO seatledger_app;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO invoice_counts SELECT state, kind, currency, count(*) FROM added GROUP BY 1, 2, 3;
		INSERT INTO invoice_month_counts SELECT state, kind, currency, first_month, last_month, due_month, count(*)
		FROM added GROUP BY 1, 2, 3, 4, 5, 6;
		RETURN NULL;
	END IF;
	INSERT INTO invoice_counts SELECT state, kind, currency, sum(n)
	FROM (SELECT state, kind, currency, 1 AS n FROM added UNION ALL SELECT state, kind, currency, -1 FROM removed) moved
	GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
	INSERT INTO invoice_month_counts SELECT state, kind, currency, first_month, last_month, due_month, sum(n)
	FROM (SELECT state, kind, currency, first_month, last_month, due_month, 1 AS n FROM added
		UNION ALL SELECT state, kind, currency, first_month, last_month, due_month, -1 FROM removed) moved
	GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0;
	RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION count_invoice_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'invoice_lines' THEN -- a line's kind and days stay
		INSERT INTO invoice_line_counts SELECT l.kind, l.currency, i.state, count(*)
		FROM added l JOIN invoices i ON i.id = l.invoice_id GROUP BY 1, 2, 3;
		INSERT INTO invoice_line_month_counts SELECT l.kind, l.currency, i.state, l.first_month, l.last_month, count(*)
		FROM added l JOIN invoices i ON i.id = l.invoice_id GROUP BY 1, 2, 3, 4, 5;
		RETURN NULL;
	END IF;
	WITH moved AS (SELECT a.id, a.state AS now, r.state AS before FROM added a
			JOIN removed r ON r.id = a.id AND r.state <> a.state),
		lines AS (SELECT l.kind, l.currency, m.now, m.before, l.first_month, l.last_month, count(*) AS n
			FROM moved m JOIN invoice_lines l ON l.invoice_id = m.id GROUP BY 1, 2, 3, 4, 5, 6),
		each AS MATERIALIZED (SELECT kind, currency, s.state, first_month, last_month, sum(s.n) AS n FROM lines x,
			LATERAL (VALUES (x.now, x.n), (x.before, -x.n)) s (state, n) GROUP BY 1, 2, 3, 4, 5 HAVING sum(s.n) <> 0),
		whole AS (INSERT INTO invoice_line_counts SELECT kind, currency, state, sum(n) FROM each GROUP BY 1, 2, 3)
	INSERT INTO invoice_line_month_counts SELECT kind, currency, state, first_month, last_month, n FROM each;
	RETURN NULL;
END $$;
CREATE FUNCTION count_crm_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO crm_account_counts SELECT least(mapped_accounts, 1), least(active_contracts, 1), count(*)
		FROM added GROUP BY 1, 2;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO crm_account_counts SELECT least(mapped_accounts, 1), least(active_contracts, 1), -count(*)
		FROM removed GROUP BY 1, 2;
	ELSE
		INSERT INTO crm_account_counts SELECT mapped, agreed, sum(n) FROM (
			SELECT least(mapped_accounts, 1) AS mapped, least(active_contracts, 1) AS agreed, 1 AS n FROM added
			UNION ALL SELECT least(mapped_accounts, 1), least(active_contracts, 1), -1 FROM removed) moved
		GROUP BY 1, 2 HAVING sum(n) <> 0;
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_moved_lines AFTER UPDATE ON invoices REFERENCING OLD TABLE AS removed NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION count_invoice_lines();
CREATE TRIGGER count_added AFTER INSERT ON crm_accounts REFERENCING NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION count_crm_accounts();
CREATE TRIGGER count_removed AFTER DELETE ON crm_accounts REFERENCING OLD TABLE AS removed
	FOR EACH STATEMENT EXECUTE FUNCTION count_crm_accounts();
CREATE TRIGGER count_moved AFTER UPDATE ON crm_accounts REFERENCING OLD TABLE AS removed NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION count_crm_accounts();

INSERT INTO invoice_counts SELECT state, kind, currency, count(*) FROM invoices GROUP BY 1, 2, 3;
INSERT INTO invoice_month_counts SELECT state, kind, currency, first_month, last_month, due_month, count(*)
FROM invoices GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO invoice_line_month_counts SELECT l.kind, l.currency, i.state, l.first_month, l.last_month, count(*)
FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id GROUP BY 1, 2, 3, 4, 5;
INSERT INTO invoice_line_counts SELECT kind, currency, state, sum(n) FROM invoice_line_month_counts GROUP BY 1, 2, 3;
INSERT INTO crm_account_counts SELECT least(mapped_accounts, 1), least(active_contracts, 1), count(*)
FROM crm_accounts GROUP BY 1, 2;

CREATE INDEX invoices_in_month ON invoices (first_month, last_month, number_sort, id)
	INCLUDE (state, kind, currency, due_key);
CREATE INDEX invoices_due_in ON invoices (due_month, number_sort, id)
	INCLUDE (state, kind, currency, due_key, first_month, last_month);
CREATE INDEX invoice_lines_in_month ON invoice_lines (first_month, last_month, invoice_seq, id)
	INCLUDE (kind, currency, live, invoice_id);
CREATE INDEX invoice_lines_void ON invoice_lines (invoice_seq, id) INCLUDE (kind, currency) WHERE NOT live;
-- The other sorts carry the months too.
DROP INDEX invoices_by_customer, invoices_by_total, invoices_by_due, invoices_by_period, invoices_by_number,
	invoices_period_end;
CREATE INDEX invoices_by_number ON invoices (number_sort, id) INCLUDE (state, kind, currency);
CREATE INDEX invoices_by_customer ON invoices (customer_key, id)
	INCLUDE (state, kind, currency, first_month, last_month, due_key);
CREATE INDEX invoices_by_total ON invoices (total, id)
	INCLUDE (state, kind, currency, first_month, last_month, due_key);
CREATE INDEX invoices_by_due ON invoices (due_key, id) INCLUDE (state, kind, currency, first_month, last_month);
CREATE INDEX invoices_by_period ON invoices (period_start, id)
	INCLUDE (state, kind, currency, first_month, last_month, due_key);
DROP INDEX invoice_lines_by_customer, invoice_lines_by_amount;
CREATE INDEX invoice_lines_by_customer ON invoice_lines (customer_key, id)
	INCLUDE (kind, currency, live, invoice_id, first_month, last_month);
CREATE INDEX invoice_lines_by_amount ON invoice_lines (amount, id)
	INCLUDE (kind, currency, live, invoice_id, first_month, last_month);

-- Entries of one action on one kind of record, which may be none of a million.
CREATE INDEX audit_events_pair ON audit_events (object_type, action, seq, id) INCLUDE (at, actor_id);

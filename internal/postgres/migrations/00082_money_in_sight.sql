-- +goose Up

-- What is sold and billed, kept so that a page about money adds up nothing but a few rows (decision 68).

-- The day that the program turned to last: what is dated ahead counts from its day on.
CREATE TABLE billing_day (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    today    date NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON billing_day TO seatledger_app;

ALTER TABLE subscriptions
    ADD COLUMN billed_from date NOT NULL DEFAULT 'infinity', -- days on which it is billed as things stand: [from, to)
    ADD COLUMN billed_to   date NOT NULL DEFAULT 'infinity',
    ADD COLUMN seats_ahead integer NOT NULL DEFAULT 0, -- of the ledger's seats, those dated after the billing day
    ADD COLUMN sold_in     text NOT NULL GENERATED ALWAYS AS (CASE WHEN unit_price IS NOT NULL
        AND price_period IN ('month', 'quarter', 'year', 'three_years') THEN currency ELSE '' END) STORED,
    ADD COLUMN bought_in   text NOT NULL GENERATED ALWAYS AS (CASE WHEN unit_cost IS NOT NULL
        AND cost_period IN ('month', 'quarter', 'year', 'three_years') THEN cost_currency ELSE '' END) STORED,
    ADD COLUMN margin_in   text NOT NULL GENERATED ALWAYS AS (CASE WHEN unit_price IS NOT NULL AND unit_cost IS NOT NULL
        AND price_period IN ('month', 'quarter', 'year', 'three_years')
        AND cost_period IN ('month', 'quarter', 'year', 'three_years') AND currency = cost_currency
        THEN currency ELSE '' END) STORED;

CREATE FUNCTION per_month(amount numeric, period text) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT amount / CASE period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12
        WHEN 'three_years' THEN 36 END $$;

-- Of the review's findings, those that stop billing (internal/review/billable.go says them too, and a test compares).
CREATE FUNCTION review_stops(checks jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT FROM jsonb_array_elements(checks) c WHERE c->>'verdict' = 'fail'
        AND (c->>'group') || '.' || (c->>'code') IN ('customer.customer', 'customer.moved', 'contract.contract',
            'contract.currency', 'pricing.twin')) $$;

-- Billed is what RULES 7 says: mapped, not held, in a contract, signed once under it, and stopped by nothing. One-time
-- purchases and usage stand outside of what is billed by the month.
-- +goose StatementBegin
CREATE FUNCTION subscription_billed_days() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.billed_from := 'infinity';
    NEW.billed_to := 'infinity';
    IF NEW.contract_id IS NULL OR NEW.state = 'held' OR NEW.kind IN ('one_time', 'usage') OR NEW.price_waits
        OR NOT EXISTS (SELECT FROM sign_offs g WHERE g.subscription_id = NEW.id AND g.contract_id = NEW.contract_id
            AND NOT g.taken_back)
        OR NEW.state = 'active' AND EXISTS (SELECT FROM subscription_reviews r WHERE r.subscription_id = NEW.id
            AND review_stops(r.checks)) THEN
        RETURN NEW;
    END IF;
    SELECT greatest(k.start_date, k.bill_from, NEW.billable_from, NEW.start_date),
        coalesce(least(k.end_date, NEW.ends_on, NEW.deactivated_on, NEW.frozen_from), 'infinity')
    INTO NEW.billed_from, NEW.billed_to
    FROM billing_contracts k WHERE k.id = NEW.contract_id AND k.active AND k.bill_from IS NOT NULL;
    NEW.billed_from := coalesce(NEW.billed_from, 'infinity');
    NEW.billed_to := greatest(coalesce(NEW.billed_to, 'infinity'), NEW.billed_from);
    RETURN NEW;
END $$;
CREATE FUNCTION billed_days_again() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'billing_contracts' THEN
        UPDATE subscriptions SET billed_from = billed_from WHERE contract_id = NEW.id;
    ELSIF TG_TABLE_NAME = 'sign_offs' THEN
        UPDATE subscriptions s SET billed_from = s.billed_from FROM added g
        WHERE s.id = g.subscription_id AND s.contract_id = g.contract_id
            AND CASE TG_OP WHEN 'INSERT' THEN s.billed_from = 'infinity' ELSE g.taken_back AND s.billed_from < 'infinity' END;
    ELSIF TG_OP = 'INSERT' THEN
        UPDATE subscriptions s SET billed_from = s.billed_from FROM added r
        WHERE s.id = r.subscription_id AND s.contract_id IS NOT NULL AND review_stops(r.checks);
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE subscriptions s SET billed_from = s.billed_from FROM removed r
        WHERE s.id = r.subscription_id AND s.contract_id IS NOT NULL AND review_stops(r.checks);
    ELSE
        UPDATE subscriptions s SET billed_from = s.billed_from FROM added r JOIN removed o USING (subscription_id)
        WHERE s.id = r.subscription_id AND s.contract_id IS NOT NULL AND review_stops(r.checks) <> review_stops(o.checks);
    END IF;
    RETURN NULL;
END $$;
-- What is dated ahead does not count yet.
CREATE FUNCTION seats_ahead_again() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE subscriptions s SET seats_ahead = a.seats FROM (
        SELECT x.id, (SELECT coalesce(sum(c.delta), 0) FROM license_changes c
            JOIN license_change_status t ON t.change_id = c.id
            WHERE c.subscription_id = x.id AND t.counted AND c.effective_at > d.today) AS seats
        FROM billing_day d, LATERAL (SELECT DISTINCT change_subscription_id AS id FROM added
            WHERE change_effective_at > d.today) x) a
    WHERE s.id = a.id AND s.seats_ahead <> a.seats;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscription_billed_days BEFORE INSERT OR UPDATE OF contract_id, state, kind, price_waits, billable_from,
    start_date, ends_on, deactivated_on, frozen_from, billed_from ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION subscription_billed_days();
CREATE TRIGGER contract_billed_days AFTER UPDATE OF active, start_date, end_date, bill_from ON billing_contracts
    FOR EACH ROW WHEN ((OLD.active, OLD.start_date, OLD.end_date, OLD.bill_from)
        IS DISTINCT FROM (NEW.active, NEW.start_date, NEW.end_date, NEW.bill_from)) EXECUTE FUNCTION billed_days_again();
CREATE TRIGGER signed_billed_days AFTER INSERT ON sign_offs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billed_days_again();
CREATE TRIGGER unsigned_billed_days AFTER UPDATE ON sign_offs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billed_days_again();
CREATE TRIGGER reviewed_billed_days AFTER INSERT ON subscription_reviews REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billed_days_again();
CREATE TRIGGER rereviewed_billed_days AFTER UPDATE ON subscription_reviews
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billed_days_again();
CREATE TRIGGER unreviewed_billed_days AFTER DELETE ON subscription_reviews REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION billed_days_again();
CREATE TRIGGER seats_ahead_added AFTER INSERT ON license_change_status REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION seats_ahead_again();
CREATE TRIGGER seats_ahead_moved AFTER UPDATE ON license_change_status REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION seats_ahead_again();

-- What a line's seats cost the reseller on its days, by what the distributor asked on its first day as it was known
-- when the line was made; null: not known.
ALTER TABLE invoice_lines
    ADD COLUMN cost          numeric,
    ADD COLUMN cost_currency text NOT NULL DEFAULT '';
-- What of a billed invoice is still to be paid. The amount of a shared document stands on the one that has its number.
ALTER TABLE invoices
    ADD COLUMN open_amount numeric(20, 6) NOT NULL DEFAULT 0,
    ADD COLUMN number_sort text NOT NULL GENERATED ALWAYS AS
        (CASE WHEN number IS NULL THEN '~' ELSE number_series || lpad(number::text, 12, '0') END) STORED; -- drafts last

-- +goose StatementBegin
CREATE FUNCTION invoice_line_cost() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    asked record;
    price numeric := per_month(NEW.unit_price, NEW.price_period);
BEGIN
    IF NEW.kind = 'price' OR NEW.kind = 'credit' AND NOT NEW.again THEN -- money only
        NEW.cost := 0;
        NEW.cost_currency := NEW.currency;
    ELSIF NEW.kind = 'credit' THEN
        SELECT -l.cost, l.cost_currency INTO NEW.cost, NEW.cost_currency FROM invoice_lines l WHERE l.id = NEW.credits_line_id;
    ELSIF NEW.subscription_id IS NOT NULL THEN
        SELECT c.unit_cost, c.cost_period AS period, c.cost_currency AS currency INTO asked
        FROM license_changes c JOIN license_change_status t ON t.change_id = c.id
        WHERE c.subscription_id = NEW.subscription_id AND t.counted AND c.unit_cost IS NOT NULL
            AND c.effective_at <= NEW.from_date
        ORDER BY c.effective_at DESC, c.seq DESC LIMIT 1;
        NEW.cost_currency := coalesce(asked.currency, '');
        NEW.cost := CASE
            WHEN (NEW.kind = 'once') <> (asked.period = 'once') THEN NULL
            WHEN NEW.kind = 'once' THEN NEW.seats * asked.unit_cost
            WHEN price > 0 THEN NEW.amount * per_month(asked.unit_cost, asked.period) / price
            ELSE NEW.seats * per_month(asked.unit_cost, asked.period) * (SELECT sum(part)
                FROM months_of(NEW.from_date, NEW.to_date)) END;
    END IF;
    NEW.cost_currency := CASE WHEN NEW.cost IS NULL THEN '' ELSE NEW.cost_currency END;
    RETURN NEW;
END $$;
-- The calendar months that days touch, with how much of each and which share of the days.
CREATE FUNCTION months_of(first date, past date) RETURNS TABLE (month date, part numeric, share numeric)
LANGUAGE sql IMMUTABLE AS $$
    SELECT m::date, d / extract(day FROM m + interval '1 month' - interval '1 day')::numeric, d::numeric / (past - first)
    FROM generate_series(date_trunc('month', first::timestamp), past - 1, interval '1 month') m,
        LATERAL (SELECT least(past, (m + interval '1 month')::date) - greatest(first, m::date) AS d) days $$;
CREATE FUNCTION invoice_open_amount() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.open_amount := 0;
    IF NEW.state = 'billed' AND NEW.document_of IS NULL THEN
        NEW.open_amount := coalesce((SELECT gross FROM invoice_documents WHERE invoice_id = NEW.id), 0);
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoice_line_cost BEFORE INSERT OR UPDATE OF cost ON invoice_lines FOR EACH ROW EXECUTE FUNCTION invoice_line_cost();
CREATE TRIGGER invoice_open_amount BEFORE INSERT OR UPDATE OF state, document_of, search_text, open_amount ON invoices
    FOR EACH ROW EXECUTE FUNCTION invoice_open_amount();

-- The sums, as differences that each statement adds (decision 59). n is how many rows stand in a figure.
-- Of subscriptions, from the day on: 'billed' (amount: seats), 'revenue' and 'cost' a month by currency, empty where
-- unknown, 'margin' where both are known in one currency. Of invoices: 'draft', and 'open' by the day it is due. Of lines
-- of billed invoices, by the month of their days: 'lines', 'lines_cost', 'lines_uncosted' (what has no cost that
-- compares), 'lines_seats'.
CREATE TABLE money_tallies (
    tally  text NOT NULL,
    word   text NOT NULL,
    day    date NOT NULL,
    n      bigint NOT NULL,
    amount numeric NOT NULL
);
GRANT SELECT, INSERT, DELETE ON money_tallies TO seatledger_app;

CREATE FUNCTION subscription_money(billed_from date, billed_to date, seats integer, unit_price numeric,
    price_period text, sold_in text, unit_cost numeric, cost_period text, bought_in text)
RETURNS TABLE (tally text, word text, day date, n integer, amount numeric) LANGUAGE sql IMMUTABLE AS $$
    SELECT f.tally, f.word, e.day, e.n, e.n * f.amount
    FROM (SELECT 'billed' AS tally, '' AS word, seats::numeric AS amount
        UNION ALL SELECT 'revenue', sold_in, CASE sold_in WHEN '' THEN 0 ELSE seats * per_month(unit_price, price_period) END
        UNION ALL SELECT 'cost', bought_in, CASE bought_in WHEN '' THEN 0 ELSE seats * per_month(unit_cost, cost_period) END
        UNION ALL SELECT 'margin', CASE WHEN sold_in = bought_in THEN sold_in ELSE '' END,
            CASE WHEN sold_in = bought_in AND sold_in <> ''
                THEN seats * (per_month(unit_price, price_period) - per_month(unit_cost, cost_period)) ELSE 0 END) f,
        (SELECT billed_from AS day, 1 AS n UNION ALL SELECT billed_to, -1) e
    WHERE billed_from < billed_to AND e.day < 'infinity' $$;
CREATE FUNCTION invoice_money(state text, currency text, due_key date, total numeric, open_amount numeric)
RETURNS TABLE (tally text, word text, day date, amount numeric) LANGUAGE sql IMMUTABLE AS $$
    SELECT 'draft', currency, date '-infinity', total WHERE state = 'draft'
    UNION ALL SELECT 'open', currency, due_key, open_amount WHERE state = 'billed' $$;
CREATE FUNCTION line_money(kind text, again boolean, from_date date, to_date date, seats integer, currency text,
    amount numeric, cost numeric, cost_currency text)
RETURNS TABLE (tally text, word text, day date, amount numeric) LANGUAGE sql IMMUTABLE AS $$
    SELECT t.tally, t.word, m.month, t.amount * CASE t.tally WHEN 'lines_seats' THEN m.part ELSE m.share END
    FROM months_of(from_date, to_date) m, LATERAL (
        SELECT 'lines' AS tally, currency AS word, amount
        UNION ALL SELECT 'lines_cost', currency, cost WHERE cost IS NOT NULL AND cost_currency = currency
        UNION ALL SELECT 'lines_uncosted', currency, amount WHERE cost IS NULL OR cost_currency <> currency
        UNION ALL SELECT 'lines_seats', '', seats::numeric WHERE kind IN ('cycle', 'catch_up') OR kind = 'credit' AND again) t
$$;

-- +goose StatementBegin
CREATE FUNCTION tally_money_of_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO money_tallies SELECT t.tally, t.word, t.day, sum(t.n), sum(t.amount) FROM added s,
            subscription_money(s.billed_from, s.billed_to, s.billable_quantity - s.seats_ahead, s.unit_price,
                s.price_period, s.sold_in, s.unit_cost, s.cost_period, s.bought_in) t
        WHERE s.billed_from < 'infinity' GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO money_tallies SELECT t.tally, t.word, t.day, -sum(t.n), -sum(t.amount) FROM removed s,
            subscription_money(s.billed_from, s.billed_to, s.billable_quantity - s.seats_ahead, s.unit_price,
                s.price_period, s.sold_in, s.unit_cost, s.cost_period, s.bought_in) t
        WHERE s.billed_from < 'infinity' GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO money_tallies SELECT t.tally, t.word, t.day, sum(s.sign * t.n), sum(s.sign * t.amount) FROM (
            SELECT 1 AS sign, billed_from, billed_to, billable_quantity, seats_ahead, unit_price,
                price_period, sold_in, unit_cost, cost_period, bought_in FROM added WHERE billed_from < 'infinity'
            UNION ALL SELECT -1, billed_from, billed_to, billable_quantity, seats_ahead, unit_price,
                price_period, sold_in, unit_cost, cost_period, bought_in FROM removed WHERE billed_from < 'infinity') s,
            subscription_money(s.billed_from, s.billed_to, s.billable_quantity - s.seats_ahead, s.unit_price,
                s.price_period, s.sold_in, s.unit_cost, s.cost_period, s.bought_in) t
        GROUP BY 1, 2, 3 HAVING sum(s.sign * t.n) <> 0 OR sum(s.sign * t.amount) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION tally_money_of_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO money_tallies SELECT t.tally, t.word, t.day, count(*), sum(t.amount) FROM added i,
            invoice_money(i.state, i.currency, i.due_key, i.total, i.open_amount) t GROUP BY 1, 2, 3;
        RETURN NULL;
    END IF;
    INSERT INTO money_tallies SELECT t.tally, t.word, t.day, sum(i.sign), sum(i.sign * t.amount) FROM (
        SELECT 1 AS sign, state, currency, due_key, total, open_amount FROM added
        UNION ALL SELECT -1, state, currency, due_key, total, open_amount FROM removed) i,
        invoice_money(i.state, i.currency, i.due_key, i.total, i.open_amount) t
    GROUP BY 1, 2, 3 HAVING sum(i.sign) <> 0 OR sum(i.sign * t.amount) <> 0;
    -- A bill that is out counts by the days of its lines; a void one does no longer.
    INSERT INTO money_tallies SELECT t.tally, t.word, t.day, sum(i.sign), sum(i.sign * t.amount) FROM (
        SELECT a.id, CASE WHEN a.state IN ('billed', 'paid') THEN 1 ELSE -1 END AS sign FROM added a JOIN removed r ON r.id = a.id
        WHERE (a.state IN ('billed', 'paid')) <> (r.state IN ('billed', 'paid'))) i
        JOIN invoice_lines l ON l.invoice_id = i.id,
        line_money(l.kind, l.again, l.from_date, l.to_date, l.seats, l.currency, l.amount, l.cost, l.cost_currency) t
    GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;
CREATE FUNCTION tally_money_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO money_tallies SELECT t.tally, t.word, t.day, count(*), sum(t.amount)
    FROM added l JOIN invoices i ON i.id = l.invoice_id AND i.state IN ('billed', 'paid'),
        line_money(l.kind, l.again, l.from_date, l.to_date, l.seats, l.currency, l.amount, l.cost, l.cost_currency) t
    GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER money_added AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_money_of_subscriptions();
CREATE TRIGGER money_removed AFTER DELETE ON subscriptions REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_money_of_subscriptions();
CREATE TRIGGER money_moved AFTER UPDATE ON subscriptions REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_money_of_subscriptions();
CREATE TRIGGER money_added AFTER INSERT ON invoices REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_money_of_invoices();
CREATE TRIGGER money_moved AFTER UPDATE ON invoices REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_money_of_invoices();
CREATE TRIGGER money_added AFTER INSERT ON invoice_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_money_of_lines();

-- What the lists ask of it.
CREATE INDEX subscriptions_billed ON subscriptions (billed_to, billed_from);
CREATE INDEX subscriptions_sold ON subscriptions (sold_in, id);
CREATE INDEX subscriptions_margin ON subscriptions (margin_in, id);
CREATE INDEX subscriptions_bought ON subscriptions (bought_in, id);
-- Each sort carries what most filters ask (migration 45).
DROP INDEX subscriptions_by_product;
CREATE INDEX subscriptions_by_product ON subscriptions (product_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in, margin_in);
DROP INDEX subscriptions_by_external_id;
CREATE INDEX subscriptions_by_external_id ON subscriptions (external_id, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in, margin_in);
DROP INDEX subscriptions_by_quantity;
CREATE INDEX subscriptions_by_quantity ON subscriptions (quantity, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in, margin_in);
DROP INDEX subscriptions_by_end;
CREATE INDEX subscriptions_by_end ON subscriptions (end_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, moved, findings, sold_in, bought_in, margin_in);
DROP INDEX subscriptions_by_customer;
CREATE INDEX subscriptions_by_customer ON subscriptions (customer_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in, margin_in);
DROP INDEX subscriptions_by_price;
CREATE INDEX subscriptions_by_price ON subscriptions (price_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in, margin_in);
DROP INDEX subscriptions_by_review;
CREATE INDEX subscriptions_by_review ON subscriptions (review_key, id)
    INCLUDE (provider_id, state, hold_reason, review, kind, vendor, end_key, moved, findings, sold_in, bought_in, margin_in);
CREATE INDEX invoices_by_number ON invoices (number_sort, id) INCLUDE (state, kind);
CREATE INDEX invoices_currency ON invoices (currency, seq);
CREATE INDEX invoices_period_end ON invoices (period_end);
CREATE INDEX invoice_lines_currency ON invoice_lines (currency, invoice_seq);
CREATE INDEX invoice_lines_from ON invoice_lines (from_date);
CREATE INDEX invoice_lines_to ON invoice_lines (to_date);

-- What there is already.
UPDATE subscriptions SET billed_from = billed_from WHERE contract_id IS NOT NULL;
UPDATE invoices SET open_amount = 0 WHERE state = 'billed';
UPDATE invoice_lines SET cost = NULL WHERE kind <> 'credit';
UPDATE invoice_lines SET cost = NULL WHERE kind = 'credit';
DELETE FROM money_tallies;
INSERT INTO money_tallies SELECT t.tally, t.word, t.day, sum(t.n), sum(t.amount) FROM subscriptions s,
    subscription_money(s.billed_from, s.billed_to, s.billable_quantity - s.seats_ahead, s.unit_price,
        s.price_period, s.sold_in, s.unit_cost, s.cost_period, s.bought_in) t GROUP BY 1, 2, 3;
INSERT INTO money_tallies SELECT t.tally, t.word, t.day, count(*), sum(t.amount)
FROM invoices i, invoice_money(i.state, i.currency, i.due_key, i.total, i.open_amount) t GROUP BY 1, 2, 3;
INSERT INTO money_tallies SELECT t.tally, t.word, t.day, count(*), sum(t.amount)
FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id AND i.state IN ('billed', 'paid'),
    line_money(l.kind, l.again, l.from_date, l.to_date, l.seats, l.currency, l.amount, l.cost, l.cost_currency) t
GROUP BY 1, 2, 3;

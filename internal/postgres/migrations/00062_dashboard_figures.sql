-- +goose Up

-- What the dashboard counts of subscriptions beside what stands in subscription_counts: kept as those are, as
-- differences, a few rows a statement, so that no two transactions wait for each other (decision 59).
-- tally 'ends': active ones, by the day of their end. 'proposal': a price waits for a person.
-- 'orphan': cost without a customer, by 'unmapped', 'moved' or 'excluded' and the currency, which is empty where
-- there is no known cost per month; amount is the cost per month.
CREATE TABLE subscription_tallies (
    tally  text NOT NULL,
    word   text NOT NULL DEFAULT '',
    day    date,
    n      bigint NOT NULL,
    amount numeric NOT NULL
);
GRANT SELECT, INSERT, DELETE ON subscription_tallies TO seatledger_app;

-- What one subscription adds to them; the only place that says so.
-- +goose StatementBegin
CREATE FUNCTION subscription_tallied(state text, end_date date, proposed uuid, moved boolean, hold_reason text,
    unit_cost numeric, cost_currency text, cost_period text, kind text, seats integer)
RETURNS TABLE (tally text, word text, day date, amount numeric) LANGUAGE sql IMMUTABLE AS $$
    SELECT 'ends', '', end_date, 0::numeric WHERE state = 'active' AND end_date IS NOT NULL
    UNION ALL SELECT 'proposal', '', NULL, 0 WHERE proposed IS NOT NULL
    UNION ALL SELECT 'orphan', CASE WHEN moved THEN 'moved' ELSE hold_reason END || ' ' ||
            CASE WHEN costed THEN cost_currency ELSE '' END, NULL,
            CASE WHEN costed THEN seats * unit_cost /
                CASE cost_period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 ELSE 36 END ELSE 0 END
        FROM (SELECT unit_cost IS NOT NULL AND cost_currency <> ''
            AND cost_period IN ('month', 'quarter', 'year', 'three_years') AND kind <> 'usage' AS costed) c
        WHERE state = 'held' AND hold_reason IN ('unmapped', 'excluded')
$$;

CREATE FUNCTION tally_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO subscription_tallies
        SELECT t.tally, t.word, t.day, count(*), sum(t.amount) FROM added s, subscription_tallied(s.state, s.end_date,
            s.proposed_item_id, s.moved, s.hold_reason, s.unit_cost, s.cost_currency, s.cost_period, s.kind,
            s.billable_quantity) t GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO subscription_tallies
        SELECT t.tally, t.word, t.day, -count(*), -sum(t.amount) FROM removed s, subscription_tallied(s.state, s.end_date,
            s.proposed_item_id, s.moved, s.hold_reason, s.unit_cost, s.cost_currency, s.cost_period, s.kind,
            s.billable_quantity) t GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO subscription_tallies
        SELECT t.tally, t.word, t.day, sum(s.n), sum(s.n * t.amount) FROM (
            SELECT state, end_date, proposed_item_id, moved, hold_reason, unit_cost, cost_currency, cost_period, kind,
                billable_quantity, 1 AS n FROM added
            UNION ALL SELECT state, end_date, proposed_item_id, moved, hold_reason, unit_cost, cost_currency, cost_period,
                kind, billable_quantity, -1 FROM removed) s, subscription_tallied(s.state, s.end_date,
            s.proposed_item_id, s.moved, s.hold_reason, s.unit_cost, s.cost_currency, s.cost_period, s.kind,
            s.billable_quantity) t
        GROUP BY 1, 2, 3 HAVING sum(s.n) <> 0 OR sum(s.n * t.amount) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tally_added AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_subscriptions();
CREATE TRIGGER tally_removed AFTER DELETE ON subscriptions REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_subscriptions();
CREATE TRIGGER tally_moved AFTER UPDATE ON subscriptions REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_subscriptions();
INSERT INTO subscription_tallies
SELECT t.tally, t.word, t.day, count(*), sum(t.amount) FROM subscriptions s, subscription_tallied(s.state, s.end_date,
    s.proposed_item_id, s.moved, s.hold_reason, s.unit_cost, s.cost_currency, s.cost_period, s.kind, s.billable_quantity) t
GROUP BY 1, 2, 3;

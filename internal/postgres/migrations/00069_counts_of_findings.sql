-- +goose Up

-- Kept counts know which subscriptions wait with a proposed price and which findings they have, so that those
-- filters wait for no count either (decision 63). One trigger keeps both tables: it costs what it did where nobody
-- has findings.
-- proposed_item_id is true where a price is proposed, else null: a filter asks it as it asks the row.
ALTER TABLE subscription_counts ADD COLUMN proposed_item_id boolean;

-- The same, once for each finding of a subscription. findings holds one code: a filter asks it as it asks the row.
CREATE TABLE subscription_finding_counts (
    provider_id      uuid NOT NULL,
    state            text NOT NULL,
    hold_reason      text NOT NULL,
    review           text NOT NULL,
    kind             text NOT NULL,
    vendor           text NOT NULL,
    moved            boolean NOT NULL,
    proposed_item_id boolean,
    findings         text[] NOT NULL,
    n                bigint NOT NULL
);
CREATE INDEX subscription_finding_counts_code ON subscription_finding_counts USING gin (findings);
GRANT SELECT, INSERT, DELETE ON subscription_finding_counts TO seatledger_app;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO subscription_counts (provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, n)
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
            CASE WHEN proposed_item_id IS NOT NULL THEN true END, count(*)
        FROM added GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
        INSERT INTO subscription_finding_counts
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
            CASE WHEN proposed_item_id IS NOT NULL THEN true END, ARRAY[f], count(*)
        FROM added, unnest(findings) f GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO subscription_counts (provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, n)
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
            CASE WHEN proposed_item_id IS NOT NULL THEN true END, -count(*)
        FROM removed GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
        INSERT INTO subscription_finding_counts
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
            CASE WHEN proposed_item_id IS NOT NULL THEN true END, ARRAY[f], -count(*)
        FROM removed, unnest(findings) f GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSE
        INSERT INTO subscription_counts (provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, n)
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
            CASE WHEN proposed_item_id IS NOT NULL THEN true END, sum(n)
        FROM (SELECT provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, 1 AS n FROM added
            UNION ALL SELECT provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, -1
            FROM removed) both_sides
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(n) <> 0;
        INSERT INTO subscription_finding_counts
        SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
            CASE WHEN proposed_item_id IS NOT NULL THEN true END, ARRAY[f], sum(n)
        FROM (SELECT provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, f, 1 AS n
            FROM added, unnest(findings) f
            UNION ALL SELECT provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, f, -1
            FROM removed, unnest(findings) f) both_sides
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

DELETE FROM subscription_counts;
INSERT INTO subscription_counts (provider_id, state, hold_reason, review, kind, vendor, moved, proposed_item_id, n)
SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
    CASE WHEN proposed_item_id IS NOT NULL THEN true END, count(*)
FROM subscriptions GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
INSERT INTO subscription_finding_counts
SELECT provider_id, state, coalesce(hold_reason, ''), coalesce(review, ''), kind, vendor, moved,
    CASE WHEN proposed_item_id IS NOT NULL THEN true END, ARRAY[f], count(*)
FROM subscriptions, unnest(findings) f GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- Makes right where the days of the trail begin, where entries came in past the chain's trigger, and tells how many
-- were wrong. Entries never change, so that up to the last of them nothing moves while it is reckoned. The app may
-- not write the table itself.
-- +goose StatementBegin
CREATE FUNCTION mend_audit_days() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last  bigint := coalesce((SELECT max(seq) FROM audit_events), 0);
    wrong bigint;
BEGIN
    WITH fresh AS (SELECT seq, day FROM (
            SELECT seq, (at AT TIME ZONE 'UTC')::date AS day,
                lag((at AT TIME ZONE 'UTC')::date) OVER (ORDER BY seq) AS before
            FROM audit_events WHERE seq <= last) e WHERE day IS DISTINCT FROM before),
    taken AS (DELETE FROM audit_days d WHERE d.seq <= last
        AND NOT EXISTS (SELECT FROM fresh f WHERE f.seq = d.seq AND f.day = d.day) RETURNING 1),
    put AS (INSERT INTO audit_days SELECT f.seq, f.day FROM fresh f
        WHERE NOT EXISTS (SELECT FROM audit_days d WHERE d.seq = f.seq) RETURNING 1)
    SELECT (SELECT count(*) FROM taken) + (SELECT count(*) FROM put) INTO wrong;
    RETURN wrong;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION mend_audit_days() FROM public;
GRANT EXECUTE ON FUNCTION mend_audit_days() TO seatledger_app;

-- +goose Up

-- The mapping queue as rows of its own: each unmapped account that is not gone, with its best candidate, where it
-- stands in the order and on which shelf. Kept by the statements that change what it rests on (decision 62).
CREATE TABLE mapping_waiting (
    account_id     uuid PRIMARY KEY REFERENCES provider_accounts ON DELETE CASCADE,
    provider_id    uuid NOT NULL,
    band           text NOT NULL,   -- of the best candidate, the first that nobody said no to; none: there is none
    probability    numeric(5, 4),
    crm_account_id uuid,            -- the best candidate
    doubt          text NOT NULL,
    tied           boolean NOT NULL,
    chosen         boolean NOT NULL,
    holder_id      uuid,            -- the account that has this candidate: a taken one is nobody's certain partner
    shelf          text NOT NULL,   -- open, no_match; put aside is what snoozed_until says
    snoozed_until  date NOT NULL,   -- -infinity: not
    queue_key      text NOT NULL,   -- what is certain first, then the more probable, then by name
    name_key       text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mapping_waiting TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION mapping_waits(accounts uuid[]) RETURNS SETOF mapping_waiting LANGUAGE sql STABLE AS $$
    SELECT a.id, a.provider_id, k.band, b.probability, b.crm_account_id, coalesce(b.doubt, ''),
        coalesce(b.tied, false), coalesce(b.chosen, false), h.id,
        CASE WHEN b.account_id IS NULL AND n.id IS NOT NULL THEN 'no_match' ELSE 'open' END,
        coalesce(z.until, '-infinity'),
        CASE k.band WHEN 'certain' THEN '0' WHEN 'likely' THEN '1' WHEN 'unclear' THEN '2' ELSE '3' END
            || to_char(10000 - coalesce(b.probability, 0) * 10000, 'FM00000') || a.name_key,
        a.name_key
    FROM provider_accounts a
    LEFT JOIN LATERAL (SELECT s.* FROM mapping_suggestions s WHERE s.account_id = a.id
        AND NOT EXISTS (SELECT FROM mapping_refusals r WHERE r.account_id = s.account_id
            AND r.crm_account_id = s.crm_account_id AND r.revoked_at IS NULL AND r.lapsed_at IS NULL)
        ORDER BY s.rank LIMIT 1) b ON true
    LEFT JOIN provider_accounts h ON h.provider_id = a.provider_id AND h.state = 'mapped'
        AND h.crm_account_id = b.crm_account_id
    LEFT JOIN mapping_snoozes z ON z.account_id = a.id AND z.ended_at IS NULL
    LEFT JOIN mapping_refusals n ON n.account_id = a.id AND n.crm_account_id IS NULL AND n.revoked_at IS NULL
        AND n.lapsed_at IS NULL
    CROSS JOIN LATERAL (SELECT CASE WHEN b.account_id IS NULL THEN 'none' WHEN h.id IS NOT NULL THEN 'unclear'
        ELSE b.band END) k (band)
    WHERE a.id = ANY (accounts) AND a.state = 'unmapped' AND a.provider_status <> 'gone'
$$;

-- Two who change what one row rests on wait for each other at the row, and the second sees what the first did. Nobody
-- waits for the account of another: whoever holds that may be waiting for the same CRM account. Whoever makes
-- suggestions holds its lock alone; all others hold it together.
CREATE FUNCTION mapping_queue_follow(accounts uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF coalesce(cardinality(accounts), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(1588044045); -- that of the suggestions
    PERFORM FROM mapping_waiting WHERE account_id = ANY (accounts) ORDER BY account_id FOR UPDATE;
    DELETE FROM mapping_waiting w WHERE w.account_id = ANY (accounts)
        AND NOT EXISTS (SELECT FROM provider_accounts a WHERE a.id = w.account_id AND a.state = 'unmapped'
            AND a.provider_status <> 'gone');
    INSERT INTO mapping_waiting AS w SELECT * FROM mapping_waits(accounts)
    ON CONFLICT (account_id) DO UPDATE SET (provider_id, band, probability, crm_account_id, doubt, tied, chosen,
        holder_id, shelf, snoozed_until, queue_key, name_key) = (excluded.provider_id, excluded.band,
        excluded.probability, excluded.crm_account_id, excluded.doubt, excluded.tied, excluded.chosen,
        excluded.holder_id, excluded.shelf, excluded.snoozed_until, excluded.queue_key, excluded.name_key)
    WHERE w IS DISTINCT FROM excluded;
END $$;

-- What rests on accounts: their own rows, and those of others at the provider that a CRM account is suggested to
-- which one of them has now, or had.
CREATE FUNCTION mapping_queue_accounts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    concerned uuid[];
    pair bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO concerned FROM (
            SELECT id FROM added WHERE state = 'unmapped' AND provider_status <> 'gone'
            UNION SELECT s.account_id FROM added n JOIN mapping_suggestions s ON s.crm_account_id = n.crm_account_id
            JOIN provider_accounts a ON a.id = s.account_id AND a.provider_id = n.provider_id) c;
    ELSE
        -- An account that begins to wait has no row yet at which to meet whoever takes one of its candidates.
        FOR pair IN
            SELECT DISTINCT hashtextextended(m.provider_id::text || m.customer, 0) FROM (
                SELECT n.provider_id, unnest(ARRAY[o.crm_account_id, n.crm_account_id]) AS customer
                FROM added n JOIN removed o ON o.id = n.id WHERE n.crm_account_id IS DISTINCT FROM o.crm_account_id
                UNION ALL SELECT n.provider_id, s.crm_account_id
                FROM added n JOIN removed o ON o.id = n.id JOIN mapping_suggestions s ON s.account_id = n.id
                WHERE n.state = 'unmapped' AND (o.state <> 'unmapped'
                    OR o.provider_status = 'gone' AND n.provider_status <> 'gone')) m
            WHERE m.customer IS NOT NULL ORDER BY 1
        LOOP
            PERFORM pg_advisory_xact_lock(pair);
        END LOOP;
        SELECT array_agg(id) INTO concerned FROM (
            WITH moved AS (SELECT n.id, n.provider_id, o.crm_account_id AS had, n.crm_account_id AS has
                FROM added n JOIN removed o ON o.id = n.id
                WHERE (n.state, n.crm_account_id, n.provider_status = 'gone', n.name_key)
                    IS DISTINCT FROM (o.state, o.crm_account_id, o.provider_status = 'gone', o.name_key))
            SELECT id FROM moved
            UNION SELECT s.account_id FROM moved m JOIN mapping_suggestions s ON s.crm_account_id IN (m.had, m.has)
            JOIN provider_accounts a ON a.id = s.account_id AND a.provider_id = m.provider_id
            WHERE m.had IS DISTINCT FROM m.has) c;
    END IF;
    PERFORM mapping_queue_follow(concerned);
    RETURN NULL;
END $$;
CREATE FUNCTION mapping_queue_answers() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    concerned uuid[];
BEGIN
    SELECT array_agg(DISTINCT account_id) INTO concerned FROM touched;
    PERFORM mapping_queue_follow(concerned);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER queue_added AFTER INSERT ON provider_accounts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_accounts();
CREATE TRIGGER queue_moved AFTER UPDATE ON provider_accounts REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_accounts();
CREATE TRIGGER queue_added AFTER INSERT ON mapping_suggestions REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_moved AFTER UPDATE ON mapping_suggestions REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_removed AFTER DELETE ON mapping_suggestions REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_added AFTER INSERT ON mapping_refusals REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_moved AFTER UPDATE ON mapping_refusals REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_removed AFTER DELETE ON mapping_refusals REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_added AFTER INSERT ON mapping_snoozes REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();
CREATE TRIGGER queue_moved AFTER UPDATE ON mapping_snoozes REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION mapping_queue_answers();

INSERT INTO mapping_waiting SELECT * FROM mapping_waits(ARRAY(SELECT id FROM provider_accounts
    WHERE state = 'unmapped'));

-- Each sort carries the filters; what few rows have stands first.
CREATE INDEX mapping_waiting_queue ON mapping_waiting (queue_key, account_id)
    INCLUDE (provider_id, shelf, snoozed_until, band);
CREATE INDEX mapping_waiting_name ON mapping_waiting (name_key, account_id)
    INCLUDE (provider_id, shelf, snoozed_until, band);
CREATE INDEX mapping_waiting_band ON mapping_waiting (band, queue_key, account_id)
    INCLUDE (provider_id, shelf, snoozed_until);
CREATE INDEX mapping_waiting_band_name ON mapping_waiting (band, name_key, account_id)
    INCLUDE (provider_id, shelf, snoozed_until);
CREATE INDEX mapping_waiting_no_match ON mapping_waiting (queue_key, account_id)
    INCLUDE (provider_id, snoozed_until, band) WHERE shelf = 'no_match';
CREATE INDEX mapping_waiting_aside ON mapping_waiting (snoozed_until, account_id) WHERE snoozed_until > '-infinity';
CREATE INDEX mapping_waiting_provider ON mapping_waiting (provider_id, queue_key, account_id)
    INCLUDE (shelf, snoozed_until, band);

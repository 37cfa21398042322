-- +goose Up

-- The list of changes stands on the rows of status: facts of the ledger and whose they are, which never change, are
-- copied beside what may change, so that one index carries a sort together with the filters.
ALTER TABLE license_change_status
    ADD COLUMN seq             bigint,
    ADD COLUMN subscription_id uuid,
    ADD COLUMN provider_id     uuid,
    ADD COLUMN sync_run_id     uuid,
    ADD COLUMN event           text,
    ADD COLUMN effective_at    date,
    ADD COLUMN estimated       boolean;
ALTER TABLE license_change_status DISABLE TRIGGER USER;
UPDATE license_change_status st SET seq = c.seq, subscription_id = c.subscription_id, provider_id = s.provider_id,
    sync_run_id = c.sync_run_id, event = c.event, effective_at = c.effective_at, estimated = c.estimated
FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id WHERE c.id = st.change_id;
ALTER TABLE license_change_status ENABLE TRIGGER USER;
ALTER TABLE license_change_status
    ALTER COLUMN seq SET NOT NULL, ALTER COLUMN subscription_id SET NOT NULL, ALTER COLUMN provider_id SET NOT NULL,
    ALTER COLUMN event SET NOT NULL, ALTER COLUMN effective_at SET NOT NULL, ALTER COLUMN estimated SET NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION license_change_facts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT c.seq, c.subscription_id, s.provider_id, c.sync_run_id, c.event, c.effective_at, c.estimated
    INTO NEW.seq, NEW.subscription_id, NEW.provider_id, NEW.sync_run_id, NEW.event, NEW.effective_at, NEW.estimated
    FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id WHERE c.id = NEW.change_id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER license_change_facts BEFORE INSERT ON license_change_status
    FOR EACH ROW EXECUTE FUNCTION license_change_facts();

DROP INDEX license_changes_effective, license_change_status_open;
CREATE INDEX license_change_status_by_seq ON license_change_status (seq, change_id)
    INCLUDE (provider_id, event, billing_state, counted, estimated, effective_at);
CREATE INDEX license_change_status_by_effect ON license_change_status (effective_at, change_id)
    INCLUDE (provider_id, event, billing_state, counted, estimated);
CREATE INDEX license_change_status_subscription ON license_change_status (subscription_id, seq);
CREATE INDEX license_change_status_run ON license_change_status (sync_run_id, seq) WHERE sync_run_id IS NOT NULL;
CREATE INDEX license_change_status_provider ON license_change_status (provider_id, seq);
CREATE INDEX license_change_status_event ON license_change_status (event, seq);
CREATE INDEX license_change_status_billing ON license_change_status (billing_state, seq);
CREATE INDEX license_change_status_aside ON license_change_status (seq) WHERE NOT counted;
CREATE INDEX license_change_status_estimated ON license_change_status (seq) WHERE estimated;
-- What people did, and notes; what a sync found without a word is found by its subscription.
CREATE INDEX license_changes_said ON license_changes USING gin ((lower(actor || ' ' || note)) gin_trgm_ops)
    WHERE actor_id IS NOT NULL OR note <> '';

-- +goose StatementBegin
CREATE FUNCTION changes_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT change_id FROM license_change_status WHERE subscription_id IN (SELECT subscriptions_like(pattern))
    UNION
    SELECT id FROM license_changes WHERE lower(actor || ' ' || note) LIKE pattern
        AND (actor_id IS NOT NULL OR note <> '') $$;
-- +goose StatementEnd

CREATE TABLE change_counts (
    provider_id   uuid NOT NULL,
    event         text NOT NULL,
    billing_state text NOT NULL,
    counted       boolean NOT NULL,
    estimated     boolean NOT NULL,
    n             bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON change_counts TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO change_counts SELECT provider_id, event, billing_state, counted, estimated, count(*)
        FROM added GROUP BY 1, 2, 3, 4, 5;
    ELSE
        INSERT INTO change_counts SELECT provider_id, event, billing_state, counted, estimated, sum(n)
        FROM (SELECT provider_id, event, billing_state, counted, estimated, 1 AS n FROM added
            UNION ALL SELECT provider_id, event, billing_state, counted, estimated, -1 FROM removed) moved
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_added AFTER INSERT ON license_change_status REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes();
CREATE TRIGGER count_moved AFTER UPDATE ON license_change_status REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes();
INSERT INTO change_counts SELECT provider_id, event, billing_state, counted, estimated, count(*)
FROM license_change_status GROUP BY 1, 2, 3, 4, 5;

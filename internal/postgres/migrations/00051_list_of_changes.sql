-- +goose Up

-- The list of changes stands on the rows of status: facts of the ledger and whose they are, which never change, are
-- copied beside what may change, so that one index carries a sort together with the filters.
ALTER TABLE license_change_status
    ADD COLUMN change_seq             bigint,
    ADD COLUMN change_subscription_id uuid,
    ADD COLUMN change_provider_id     uuid,
    ADD COLUMN change_run_id          uuid,
    ADD COLUMN change_event           text,
    ADD COLUMN change_effective_at    date,
    ADD COLUMN change_estimated       boolean;
ALTER TABLE license_change_status DISABLE TRIGGER USER;
UPDATE license_change_status st SET change_seq = c.seq, change_subscription_id = c.subscription_id,
    change_provider_id = s.provider_id, change_run_id = c.sync_run_id, change_event = c.event,
    change_effective_at = c.effective_at, change_estimated = c.estimated
FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id WHERE c.id = st.change_id;
ALTER TABLE license_change_status ENABLE TRIGGER USER;
ALTER TABLE license_change_status
    ALTER COLUMN change_seq SET NOT NULL, ALTER COLUMN change_subscription_id SET NOT NULL,
    ALTER COLUMN change_provider_id SET NOT NULL, ALTER COLUMN change_event SET NOT NULL,
    ALTER COLUMN change_effective_at SET NOT NULL, ALTER COLUMN change_estimated SET NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION license_change_facts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT c.seq, c.subscription_id, s.provider_id, c.sync_run_id, c.event, c.effective_at, c.estimated
    INTO NEW.change_seq, NEW.change_subscription_id, NEW.change_provider_id, NEW.change_run_id, NEW.change_event, NEW.change_effective_at, NEW.change_estimated
    FROM license_changes c JOIN subscriptions s ON s.id = c.subscription_id WHERE c.id = NEW.change_id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER license_change_facts BEFORE INSERT ON license_change_status
    FOR EACH ROW EXECUTE FUNCTION license_change_facts();

DROP INDEX license_changes_effective, license_change_status_open;
CREATE INDEX license_change_status_by_seq ON license_change_status (change_seq, change_id)
    INCLUDE (change_provider_id, change_event, billing_state, counted, change_estimated, change_effective_at);
CREATE INDEX license_change_status_by_effect ON license_change_status (change_effective_at, change_id)
    INCLUDE (change_provider_id, change_event, billing_state, counted, change_estimated);
CREATE INDEX license_change_status_subscription ON license_change_status (change_subscription_id, change_seq);
CREATE INDEX license_change_status_run ON license_change_status (change_run_id, change_seq) WHERE change_run_id IS NOT NULL;
CREATE INDEX license_change_status_provider ON license_change_status (change_provider_id, change_seq);
CREATE INDEX license_change_status_event ON license_change_status (change_event, change_seq);
CREATE INDEX license_change_status_billing ON license_change_status (billing_state, change_seq);
CREATE INDEX license_change_status_aside ON license_change_status (change_seq) WHERE NOT counted;
CREATE INDEX license_change_status_estimated ON license_change_status (change_seq) WHERE change_estimated;
-- What people did, and notes; what a sync found without a word is found by its subscription.
CREATE INDEX license_changes_said ON license_changes USING gin ((lower(actor || ' ' || note)) gin_trgm_ops)
    WHERE actor_id IS NOT NULL OR note <> '';

-- +goose StatementBegin
CREATE FUNCTION changes_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT change_id FROM license_change_status WHERE change_subscription_id IN (SELECT subscriptions_like(pattern))
    UNION
    SELECT id FROM license_changes WHERE lower(actor || ' ' || note) LIKE pattern
        AND (actor_id IS NOT NULL OR note <> '') $$;
-- +goose StatementEnd

CREATE TABLE change_counts (
    change_provider_id uuid NOT NULL,
    change_event       text NOT NULL,
    billing_state      text NOT NULL,
    counted            boolean NOT NULL,
    change_estimated   boolean NOT NULL,
    n                  bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON change_counts TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO change_counts SELECT change_provider_id, change_event, billing_state, counted, change_estimated, count(*)
        FROM added GROUP BY 1, 2, 3, 4, 5;
    ELSE
        INSERT INTO change_counts SELECT change_provider_id, change_event, billing_state, counted, change_estimated, sum(n)
        FROM (SELECT change_provider_id, change_event, billing_state, counted, change_estimated, 1 AS n FROM added
            UNION ALL SELECT change_provider_id, change_event, billing_state, counted, change_estimated, -1 FROM removed) moved
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_added AFTER INSERT ON license_change_status REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes();
CREATE TRIGGER count_moved AFTER UPDATE ON license_change_status REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_changes();
INSERT INTO change_counts SELECT change_provider_id, change_event, billing_state, counted, change_estimated, count(*)
FROM license_change_status GROUP BY 1, 2, 3, 4, 5;

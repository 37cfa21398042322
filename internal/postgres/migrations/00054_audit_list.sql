-- +goose Up

-- The list of the trail: each way to narrow it stands in one index together with its one order, newest
-- first, so that a page is found without visiting rows that do not match (decision 56).
ALTER TABLE audit_events ADD COLUMN id uuid NOT NULL GENERATED ALWAYS AS (lpad(to_hex(seq), 32, '0')::uuid) STORED;
DROP INDEX audit_events_actor, audit_events_action, audit_events_object;
CREATE UNIQUE INDEX audit_events_id ON audit_events (id);
CREATE INDEX audit_events_by_seq ON audit_events (seq, id) INCLUDE (at, actor_id, action, object_type);
CREATE INDEX audit_events_actor ON audit_events (actor_id, seq, id) INCLUDE (at, action, object_type);
CREATE INDEX audit_events_action ON audit_events (action, seq, id) INCLUDE (at, actor_id, object_type);
CREATE INDEX audit_events_type ON audit_events (object_type, seq, id) INCLUDE (at, actor_id, action);
CREATE INDEX audit_events_object ON audit_events (object_type, object_id, seq);
CREATE INDEX audit_events_search ON audit_events
    USING gin (lower(actor || ' ' || action || ' ' || object_name || ' ' || object_id) gin_trgm_ops);

-- The numbers that a search finds, by the trigram index whatever the planner thinks of the term.
CREATE FUNCTION audit_like(pattern text) RETURNS SETOF bigint LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$SELECT seq FROM audit_events
        WHERE lower(actor || ' ' || action || ' ' || object_name || ' ' || object_id) LIKE pattern$$;

-- Where the day (UTC) of the entries changes: from this number on they bear that day, until the next row here.
-- Days become numbers by it, also where a clock was set back. The chain's lock puts its rows in order.
CREATE TABLE audit_days (
    seq bigint PRIMARY KEY,
    day date NOT NULL
);
CREATE INDEX audit_days_day ON audit_days (day, seq);
GRANT SELECT ON audit_days TO seatledger_app;
INSERT INTO audit_days SELECT seq, day FROM (
    SELECT seq, (at AT TIME ZONE 'UTC')::date AS day, lag((at AT TIME ZONE 'UTC')::date) OVER (ORDER BY seq) AS before
    FROM audit_events) e WHERE day IS DISTINCT FROM before;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE audit_head SET seq = seq + 1 RETURNING seq, hash INTO NEW.seq, NEW.prev_hash;
    NEW.hash := audit_event_hash(NEW.prev_hash, NEW);
    UPDATE audit_head SET hash = NEW.hash;
    IF (NEW.at AT TIME ZONE 'UTC')::date IS DISTINCT FROM (SELECT day FROM audit_days ORDER BY seq DESC LIMIT 1) THEN
        INSERT INTO audit_days (seq, day) VALUES (NEW.seq, (NEW.at AT TIME ZONE 'UTC')::date);
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

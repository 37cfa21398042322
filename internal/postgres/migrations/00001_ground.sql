-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (name <> ''),
    email         text NOT NULL CHECK (email = lower(email)),
    role          text NOT NULL CHECK (role IN ('admin', 'operator', 'billing', 'viewer')),
    password_hash text NOT NULL,
    active        boolean NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    last_sign_in  timestamptz,
    CONSTRAINT users_email_key UNIQUE (email)
);

-- The first admin is made once, also when two people post the form at the same moment.
CREATE TABLE first_admin (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    user_id  uuid NOT NULL REFERENCES users
);

-- Tokens are stored hashed: a dump holds no usable session.
CREATE TABLE sessions (
    token_hash text PRIMARY KEY,
    data       bytea NOT NULL,
    expiry     timestamptz NOT NULL,
    user_id    uuid REFERENCES users,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    address    text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX sessions_expiry ON sessions (expiry);
CREATE INDEX sessions_user ON sessions (user_id);

-- Sign-in attempts slow down further ones; rows older than the window are swept.
CREATE TABLE sign_in_failures (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email   text NOT NULL,
    address text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_email ON sign_in_failures (email, at);
CREATE INDEX sign_in_failures_address ON sign_in_failures (address, at);

CREATE TABLE settings (
    name       text PRIMARY KEY,
    value      jsonb NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL
);

-- A known text sealed with the master key: whoever cannot open it holds the wrong key.
CREATE TABLE master_key_check (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    sealed   bytea NOT NULL,
    made_at  timestamptz NOT NULL
);

-- Keys and names stand in the trail as text: it outlives what it speaks of.
CREATE TABLE audit_events (
    seq         bigint PRIMARY KEY,
    at          timestamptz NOT NULL,
    actor_id    uuid,
    actor       text NOT NULL CHECK (actor <> ''),
    action      text NOT NULL,
    object_type text NOT NULL,
    object_id   text NOT NULL,
    object_name text NOT NULL,
    before      jsonb,
    after       jsonb,
    request_id  text NOT NULL DEFAULT '',
    prev_hash   bytea NOT NULL,
    hash        bytea NOT NULL
);
CREATE INDEX audit_events_object ON audit_events (object_type, object_id, seq);
CREATE INDEX audit_events_actor ON audit_events (actor_id, seq);
CREATE INDEX audit_events_action ON audit_events (action, seq);

CREATE TABLE audit_head (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seq      bigint NOT NULL,
    hash     bytea NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, sha256('seatledger'));

-- +goose StatementBegin
CREATE FUNCTION audit_event_hash(prev bytea, e audit_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(prev || convert_to(jsonb_build_array(
        e.seq, extract(epoch FROM e.at)::numeric, e.actor_id, e.actor, e.action, e.object_type, e.object_id,
        e.object_name, e.before, e.after, e.request_id)::text, 'UTF8'))
$$;
-- +goose StatementEnd

-- The head row is the lock that puts the events in one order.
-- +goose StatementBegin
CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE audit_head SET seq = seq + 1 RETURNING seq, hash INTO NEW.seq, NEW.prev_hash;
    NEW.hash := audit_event_hash(NEW.prev_hash, NEW);
    UPDATE audit_head SET hash = NEW.hash;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- One refusal for all tables that are only ever added to; the trigger's argument names the constraint.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_events_append_only');
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_events_append_only');

GRANT SELECT, INSERT, UPDATE ON users, settings TO seatledger_app;
GRANT SELECT, INSERT, UPDATE ON master_key_check TO seatledger_app;
GRANT SELECT, INSERT ON first_admin, audit_events TO seatledger_app;
GRANT SELECT ON audit_head TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, sign_in_failures TO seatledger_app;

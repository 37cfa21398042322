-- +goose Up

-- From where: the address of the client, and the session by a name that opens nothing. NULL address: from before
-- this was kept. Such rows keep the hash they have.
ALTER TABLE audit_events ADD COLUMN address text, ADD COLUMN session_id uuid;
ALTER TABLE sessions ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX sessions_id ON sessions (id);

-- What the hash of an entry is made of, beside the hash before it: who has this text can check the chain anywhere.
-- +goose StatementBegin
CREATE FUNCTION audit_event_text(e audit_events) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT (jsonb_build_array(
        e.seq, extract(epoch FROM e.at)::numeric, e.actor_id, e.actor, e.action, e.object_type, e.object_id,
        e.object_name, e.before, e.after, e.request_id)
        || CASE WHEN e.true_at IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(extract(epoch FROM e.true_at)::numeric) END
        || CASE WHEN e.address IS NULL AND e.session_id IS NULL THEN '[]'::jsonb
            ELSE jsonb_build_array(jsonb_build_object('address', e.address, 'session', e.session_id)) END)::text
$$;
CREATE OR REPLACE FUNCTION audit_event_hash(prev bytea, e audit_events) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(prev || convert_to(audit_event_text(e), 'UTF8'))
$$;
-- +goose StatementEnd

-- Whoever signs what the trail came to: the private half is sealed by the master key.
CREATE TABLE audit_signers (
    id         uuid PRIMARY KEY,
    public_key bytea NOT NULL UNIQUE,
    sealed     bytea NOT NULL,
    sent_to    text NOT NULL,
    made_at    timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON audit_signers TO seatledger_app;

-- The end of the trail, signed from time to time and noted elsewhere.
CREATE TABLE audit_anchors (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq        bigint NOT NULL,
    hash       bytea NOT NULL,
    at         timestamptz NOT NULL,
    public_key bytea NOT NULL,
    signature  bytea NOT NULL
);
GRANT SELECT, INSERT ON audit_anchors TO seatledger_app;
CREATE TRIGGER audit_anchors_append_only BEFORE UPDATE OR DELETE ON audit_anchors
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_anchors_append_only');

-- Up to where the trail was taken out, with the hash from which it goes on, signed.
CREATE TABLE audit_checkpoints (
    seq        bigint PRIMARY KEY,
    hash       bytea NOT NULL,
    first_seq  bigint NOT NULL,
    at         timestamptz NOT NULL,
    public_key bytea NOT NULL,
    signature  bytea NOT NULL
);
GRANT SELECT ON audit_checkpoints TO seatledger_app;
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_checkpoints_append_only');

-- An entry goes only behind a checkpoint, and only by the owner's hand: the app may delete none.
-- +goose StatementBegin
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.seq <= coalesce((SELECT max(seq) FROM audit_checkpoints), 0) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'audit_events_append_only';
END $$;
-- +goose StatementEnd
DROP TRIGGER audit_events_append_only ON audit_events;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

-- +goose Up
-- Beside the time of a moved clock (SEATLEDGER_CLOCK) stands the true one; NULL where the clock is true.
ALTER TABLE audit_events ADD COLUMN true_at timestamptz;
ALTER TABLE sessions ADD COLUMN true_at timestamptz;
ALTER TABLE users ADD COLUMN last_sign_in_true timestamptz;

-- Rows without it keep the hash they have.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_event_hash(prev bytea, e audit_events) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(prev || convert_to((jsonb_build_array(
        e.seq, extract(epoch FROM e.at)::numeric, e.actor_id, e.actor, e.action, e.object_type, e.object_id,
        e.object_name, e.before, e.after, e.request_id)
        || CASE WHEN e.true_at IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(extract(epoch FROM e.true_at)::numeric) END)::text, 'UTF8'))
$$;
-- +goose StatementEnd

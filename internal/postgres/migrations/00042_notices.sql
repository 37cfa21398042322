-- +goose Up
-- What somebody must hear of, written in the transaction of what it tells. Names stand as text: a notice outlives what
-- it speaks of. Mail and webhooks are sent from it, and take its id as theirs.
CREATE TABLE notices (
    id           uuid PRIMARY KEY, -- version 7: the order is that of writing
    at           timestamptz NOT NULL,
    kind         text NOT NULL CHECK (kind <> ''),
    severity     text NOT NULL CHECK (severity IN ('info', 'warn', 'bad')),
    object_type  text NOT NULL,
    object_id    text NOT NULL,
    object_name  text NOT NULL,
    provider_id  uuid, -- null: of no provider
    provider     text NOT NULL DEFAULT '',
    text         text NOT NULL CHECK (text <> ''),
    seats_lost   integer NOT NULL DEFAULT 0 CHECK (seats_lost >= 0),
    seats_gained integer NOT NULL DEFAULT 0 CHECK (seats_gained >= 0),
    money_month  jsonb NOT NULL DEFAULT '[]' -- what it comes to a month: [{"amount": "-12.5", "currency": "USD"}]
);
CREATE INDEX notices_at ON notices (at, id);
CREATE INDEX notices_kind ON notices (kind, at, id);
CREATE INDEX notices_object ON notices (object_type, object_id);
CREATE TRIGGER notices_append_only BEFORE UPDATE OR DELETE ON notices
    FOR EACH ROW EXECUTE FUNCTION refuse_change('notices_append_only');
CREATE TRIGGER notices_no_truncate BEFORE TRUNCATE ON notices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('notices_append_only');

-- Who has read what. A notice from before somebody's time is not unread to them.
CREATE TABLE notice_reads (
    user_id   uuid NOT NULL REFERENCES users,
    notice_id uuid NOT NULL REFERENCES notices,
    read_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, notice_id)
);
GRANT SELECT, INSERT ON notices, notice_reads TO seatledger_app;

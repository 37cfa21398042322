-- +goose Up

-- Who had a hand in whose account: who made it, or set what it is opened with or may do. Two accounts of one hand are
-- no two people where four eyes are asked for. A row without a hand says that who runs the program vouched for the
-- account: what stands before it counts no more. Rows are only added.
CREATE TABLE account_hands (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    by_id   uuid REFERENCES users,
    what    text NOT NULL CONSTRAINT account_hands_what CHECK (what IN ('made', 'link', 'password', 'role', 'address',
        'factors', 'identity', 'enabled', 'vouched')),
    at      timestamptz NOT NULL,
    CONSTRAINT account_hands_vouched CHECK ((what = 'vouched') = (by_id IS NULL)),
    CONSTRAINT account_hands_two CHECK (by_id <> user_id)
);
CREATE INDEX account_hands_user ON account_hands (user_id, at);
GRANT SELECT, INSERT ON account_hands TO seatledger_app;

-- What the trail knows of the time before.
INSERT INTO account_hands (id, user_id, by_id, what, at)
SELECT gen_random_uuid(), u.id, e.actor_id, CASE e.action WHEN 'user.created' THEN 'made' WHEN 'user.invited' THEN 'made'
        WHEN 'user.invited_again' THEN 'link' WHEN 'user.password_changed' THEN 'password'
        WHEN 'user.enabled' THEN 'enabled' WHEN 'second_factor.cleared' THEN 'factors'
        WHEN 'identity.linked' THEN 'identity'
        ELSE CASE WHEN e.before->>'role' IS DISTINCT FROM e.after->>'role' THEN 'role' ELSE 'address' END END, e.at
FROM audit_events e JOIN users u ON e.object_id = u.id::text JOIN users b ON b.id = e.actor_id
WHERE e.object_type = 'user' AND b.id <> u.id AND (e.action IN ('user.created', 'user.invited', 'user.invited_again',
        'user.password_changed', 'user.enabled', 'second_factor.cleared', 'identity.linked')
    OR e.action = 'user.changed' AND (e.before->>'role' IS DISTINCT FROM e.after->>'role'
        OR e.before->>'email' IS DISTINCT FROM e.after->>'email'));

-- What a person has to be told of their own account, at the address that it had before. A job mails it.
CREATE TABLE account_news (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    email   text NOT NULL,
    text    text NOT NULL,
    by_name text NOT NULL,
    address text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX account_news_at ON account_news (at, id);
GRANT SELECT, INSERT, UPDATE, DELETE ON account_news TO seatledger_app;

-- Who may set up a first factor though the time for it is over: after a link by mail, in the session that opened it,
-- or after an administrator or who runs the program did something for the account. Times are true ones.
CREATE TABLE enrolments (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users,
    session_id uuid,
    expires_at timestamptz NOT NULL
);
CREATE INDEX enrolments_user ON enrolments (user_id, expires_at);
CREATE INDEX enrolments_expires ON enrolments (expires_at);
GRANT SELECT, INSERT, DELETE ON enrolments TO seatledger_app;

ALTER TABLE sign_in_links DROP CONSTRAINT sign_in_links_purpose_check;
ALTER TABLE sign_in_links ADD CONSTRAINT sign_in_links_purpose_check CHECK (purpose IN ('reset', 'invite', 'factor'));

-- +goose Up

-- A password that was made and handed over: its person chooses their own before anything else.
ALTER TABLE users ADD COLUMN password_once boolean NOT NULL DEFAULT false;

-- Links that let somebody choose a password: an invitation, or after one was forgotten. Only the hash of the token
-- stands here. Of a link that goes by mail the token is made when the mail is handed over, and stands nowhere else.
CREATE TABLE sign_in_links (
    id         uuid PRIMARY KEY,
    purpose    text NOT NULL CHECK (purpose IN ('reset', 'invite')),
    user_id    uuid NOT NULL REFERENCES users,
    mail_id    uuid UNIQUE REFERENCES mails,
    hash       bytea UNIQUE,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_links_one UNIQUE (user_id, purpose)
);
CREATE INDEX sign_in_links_expires ON sign_in_links (expires_at);
GRANT SELECT, INSERT, DELETE ON sign_in_links TO seatledger_app;
GRANT UPDATE (hash) ON sign_in_links TO seatledger_app;

-- Who asked for a new password, whether there is such a person or not: the answer is the same, after the same work.
CREATE TABLE reset_requests (
    id         uuid PRIMARY KEY,
    email      text NOT NULL,
    place      text NOT NULL,
    address    text NOT NULL,
    at         timestamptz NOT NULL,
    handled_at timestamptz
);
CREATE INDEX reset_requests_place ON reset_requests (place, at);
CREATE INDEX reset_requests_open ON reset_requests (at) WHERE handled_at IS NULL;
CREATE INDEX reset_requests_at ON reset_requests (at);
GRANT SELECT, INSERT, DELETE ON reset_requests TO seatledger_app;
GRANT UPDATE (handled_at) ON reset_requests TO seatledger_app;

-- +goose Up

-- Who somebody is at an identity provider: by issuer and subject, never by a mail address.
CREATE TABLE user_identities (
    issuer    text NOT NULL CONSTRAINT user_identities_issuer CHECK (issuer <> ''),
    subject   text NOT NULL CONSTRAINT user_identities_subject CHECK (subject <> ''),
    user_id   uuid NOT NULL REFERENCES users,
    linked_at timestamptz NOT NULL,
    linked_by text NOT NULL,
    last_used timestamptz,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
);

-- What goes to the provider and has not come back. Each comes back once, to the browser that it went out from.
CREATE TABLE sso_tries (
    state   bytea PRIMARY KEY, -- its hash
    browser bytea NOT NULL,    -- the hash of what only that browser holds
    user_id uuid REFERENCES users ON DELETE CASCADE, -- who wants to be linked; none: somebody signs in
    place   text NOT NULL,
    next    text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX sso_tries_at ON sso_tries (at);
CREATE INDEX sso_tries_place ON sso_tries (place, at);

-- The client secret, sealed for exactly the servers of its issuer.
CREATE TABLE sso_secrets (
    name    text PRIMARY KEY CHECK (name = 'client_secret'),
    sealed  bytea NOT NULL,
    sent_to text NOT NULL CHECK (sent_to <> ''),
    set_at  timestamptz NOT NULL,
    set_by  text NOT NULL
);
GRANT SELECT, INSERT, DELETE ON user_identities TO seatledger_app;
GRANT UPDATE (last_used) ON user_identities TO seatledger_app;
GRANT SELECT, INSERT, DELETE ON sso_tries TO seatledger_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sso_secrets TO seatledger_app;

-- +goose Up

-- How a session was begun, and when its holder last proved to be there. That moment is the true one, also where the
-- clock was moved. strong: a second factor was part of it.
ALTER TABLE sessions
    ADD COLUMN proved_at timestamptz,
    ADD COLUMN proved_by text NOT NULL DEFAULT 'password',
    ADD COLUMN strong boolean NOT NULL DEFAULT false;

-- Authenticator apps. The secret is sealed by the master key; last_step is that of the last code that was taken, so
-- that none counts twice. One that is not confirmed yet opens nothing.
CREATE TABLE totp_factors (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users,
    sealed       bytea NOT NULL,
    sent_to      text NOT NULL CHECK (sent_to <> ''),
    made_at      timestamptz NOT NULL,
    confirmed_at timestamptz,
    used_at      timestamptz,
    last_step    bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX totp_factors_one ON totp_factors (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX totp_factors_begun ON totp_factors (user_id) WHERE confirmed_at IS NULL;
GRANT SELECT, INSERT, DELETE ON totp_factors TO seatledger_app;
GRANT UPDATE (sealed, sent_to, confirmed_at, used_at, last_step) ON totp_factors TO seatledger_app;

-- Recovery codes: 120 bits of chance each, so a plain hash holds.
CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES users,
    hash    bytea NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, hash)
);
GRANT SELECT, INSERT, DELETE ON recovery_codes TO seatledger_app;
GRANT UPDATE (used_at) ON recovery_codes TO seatledger_app;

-- Passkeys: only public halves stand here.
CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users,
    name          text NOT NULL CHECK (name <> ''),
    credential_id bytea NOT NULL CONSTRAINT passkeys_credential UNIQUE,
    credential    jsonb NOT NULL,
    made_at       timestamptz NOT NULL,
    used_at       timestamptz
);
CREATE INDEX passkeys_user ON passkeys (user_id);
GRANT SELECT, INSERT, DELETE ON passkeys TO seatledger_app;
GRANT UPDATE (name, credential, used_at) ON passkeys TO seatledger_app;

-- Who has shown the first half of what a sign-in asks. This is no session: it opens the page of the second step alone.
CREATE TABLE sign_in_steps (
    id         uuid PRIMARY KEY,
    hash       bytea NOT NULL UNIQUE,
    user_id    uuid NOT NULL REFERENCES users,
    proved_by  text NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_steps_user ON sign_in_steps (user_id);
CREATE INDEX sign_in_steps_expires ON sign_in_steps (expires_at);
GRANT SELECT, INSERT, DELETE ON sign_in_steps TO seatledger_app;
GRANT UPDATE (tries) ON sign_in_steps TO seatledger_app;

-- What a passkey is asked to sign, once. Of a stranger the place stands beside it, so that none fills the table.
CREATE TABLE passkey_challenges (
    id         uuid PRIMARY KEY,
    hash       bytea NOT NULL UNIQUE,
    purpose    text NOT NULL CHECK (purpose IN ('register', 'enter', 'second', 'prove')),
    user_id    uuid REFERENCES users,
    place      text NOT NULL,
    data       jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT passkey_challenges_whose CHECK ((purpose = 'enter') = (user_id IS NULL))
);
CREATE INDEX passkey_challenges_place ON passkey_challenges (place, expires_at);
CREATE INDEX passkey_challenges_expires ON passkey_challenges (expires_at);
GRANT SELECT, INSERT, DELETE ON passkey_challenges TO seatledger_app;

-- A form that waits until its sender has proved who they are, sealed under the token of the session.
CREATE TABLE held_forms (
    id           uuid PRIMARY KEY,
    session_id   uuid NOT NULL,
    address      text NOT NULL, -- method and path
    content_type text NOT NULL,
    sealed       bytea NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX held_forms_session ON held_forms (session_id);
CREATE INDEX held_forms_expires ON held_forms (expires_at);
GRANT SELECT, INSERT, DELETE ON held_forms TO seatledger_app;

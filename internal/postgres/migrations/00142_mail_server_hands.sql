-- +goose Up

-- Who pointed the mail server to where it is now: since its host was changed last. Whoever chose where mail goes may
-- read it, so a link that came by it is in their hand as well.
CREATE TABLE mail_server_hands (
    user_id uuid PRIMARY KEY REFERENCES users,
    at      timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_server_hands TO seatledger_app;

INSERT INTO mail_server_hands (user_id, at)
SELECT e.actor_id, max(e.at) FROM audit_events e JOIN users u ON u.id = e.actor_id
WHERE e.object_type = 'settings' AND e.object_id = 'mail' AND e.action = 'settings.changed'
    AND e.at >= coalesce((SELECT max(c.at) FROM audit_events c WHERE c.object_type = 'settings' AND c.object_id = 'mail'
        AND c.action = 'settings.changed' AND c.before->>'host' IS DISTINCT FROM c.after->>'host'), '-infinity')
GROUP BY e.actor_id;

-- Through whose mail server a link went.
CREATE TABLE link_hands (
    link_id uuid NOT NULL REFERENCES sign_in_links ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users,
    set_at  timestamptz NOT NULL,
    PRIMARY KEY (link_id, user_id)
);
GRANT SELECT, INSERT, DELETE ON link_hands TO seatledger_app;

-- A hand that reached an account by way of the mail server tells when that was set.
ALTER TABLE account_hands ADD COLUMN set_at timestamptz;
ALTER TABLE account_hands DROP CONSTRAINT account_hands_what;
ALTER TABLE account_hands ADD CONSTRAINT account_hands_what CHECK (what IN ('made', 'link', 'password', 'role',
    'address', 'factors', 'identity', 'enabled', 'vouched', 'mail'));

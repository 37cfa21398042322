-- +goose Up

-- Of which notices a person wants mail, and when. Who has no row gets none.
CREATE TABLE notice_wishes (
    user_id     uuid PRIMARY KEY REFERENCES users,
    severity    text NOT NULL CHECK (severity IN ('none', 'info', 'warn', 'bad', 'chosen')),
    kinds       text NOT NULL DEFAULT '', -- with commas
    daily       boolean NOT NULL DEFAULT false, -- one mail a day instead of at once
    daily_at    integer NOT NULL DEFAULT 480 CHECK (daily_at BETWEEN 0 AND 1439), -- minutes since midnight in zone
    quiet       boolean NOT NULL DEFAULT false,
    quiet_from  integer NOT NULL DEFAULT 1200 CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_until integer NOT NULL DEFAULT 420 CHECK (quiet_until BETWEEN 0 AND 1439),
    zone        text NOT NULL CHECK (zone <> ''),
    since       timestamptz NOT NULL, -- what was told before is not mailed
    daily_on    date, -- the last day whose mail was written, in zone
    version     integer NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- Which notices went to whom in which mail.
CREATE TABLE notice_mails_to (
    user_id   uuid NOT NULL REFERENCES users,
    notice_id uuid NOT NULL REFERENCES notices,
    mail_id   uuid NOT NULL REFERENCES mails,
    PRIMARY KEY (user_id, notice_id)
);
CREATE INDEX notice_mails_to_mail ON notice_mails_to (mail_id);
GRANT SELECT, INSERT, UPDATE ON notice_wishes TO seatledger_app;
GRANT SELECT, INSERT ON notice_mails_to TO seatledger_app;

-- +goose Up
-- The password of the mail server, sealed for exactly its host.
CREATE TABLE mail_secrets (
    name    text PRIMARY KEY CHECK (name = 'password'),
    sealed  bytea NOT NULL,
    sent_to text NOT NULL CHECK (sent_to <> ''),
    set_at  timestamptz NOT NULL,
    set_by  text NOT NULL
);

-- The one way to the mail server: who takes a mail locks this row, so that replicas keep to one limit a minute. While
-- something is wrong with the server itself, everything waits until again_at, and no mail counts it as a try of its own.
CREATE TABLE mail_line (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    trouble    text NOT NULL DEFAULT '',
    trouble_at timestamptz,
    failures   integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    again_at   timestamptz
);
INSERT INTO mail_line DEFAULT VALUES;

-- What is to go out, goes out, and went. Words and recipients are as they were when it was queued; what is attached is
-- drawn from the stored document, which never changes.
CREATE TABLE mails (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('invoice', 'reminder', 'notice')),
    state          text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'refused', 'unknown', 'withdrawn')),
    invoice_id     uuid REFERENCES invoices, -- that has the number and the document
    crm_account_id uuid REFERENCES crm_accounts,
    object_name    text NOT NULL DEFAULT '',
    stage          integer NOT NULL DEFAULT 0 CHECK (stage >= 0), -- of a reminder: days after the due date
    again          boolean NOT NULL DEFAULT false, -- a person wanted it once more
    language       text NOT NULL,
    subject        text NOT NULL CHECK (subject <> ''),
    body           text NOT NULL CHECK (body <> ''),
    lines_csv      boolean NOT NULL DEFAULT false,
    recipients     jsonb NOT NULL CHECK (jsonb_array_length(recipients) > 0),
    addresses      text NOT NULL CHECK (addresses <> ''), -- the recipients, for lists
    queued_at      timestamptz NOT NULL,
    queued_by      text NOT NULL,
    next_at        timestamptz NOT NULL, -- of a queued one: not tried before
    attempt        integer NOT NULL DEFAULT 0,
    holder         text NOT NULL DEFAULT '',
    held_until     timestamptz, -- by the database's clock; null: nobody is at it
    message_id     text NOT NULL DEFAULT '',
    server         text NOT NULL DEFAULT '',
    sent_at        timestamptz, -- when the server first took it for somebody
    answer         text NOT NULL DEFAULT '', -- what became of it last, with what the server said
    CONSTRAINT mails_about_an_invoice CHECK ((kind IN ('invoice', 'reminder')) = (invoice_id IS NOT NULL)),
    CONSTRAINT mails_stage_of_reminders CHECK ((kind = 'reminder') = (stage > 0)),
    CONSTRAINT mails_sent_when CHECK (state <> 'sent' OR sent_at IS NOT NULL),
    CONSTRAINT mails_known_by_id CHECK (state NOT IN ('sending', 'unknown') OR message_id <> '')
);
-- Of an invoice one mail, unless a person says again; of each stage one reminder, whoever looks at the same moment.
CREATE UNIQUE INDEX mails_one_per_invoice ON mails (invoice_id) WHERE kind = 'invoice' AND NOT again AND state <> 'withdrawn';
CREATE UNIQUE INDEX mails_one_per_stage ON mails (invoice_id, stage) WHERE kind = 'reminder';
CREATE INDEX mails_invoice ON mails (invoice_id, queued_at);
CREATE INDEX mails_due ON mails (next_at, id) WHERE state = 'queued';
CREATE INDEX mails_going ON mails (held_until) WHERE state = 'sending';
CREATE INDEX mails_queued_at ON mails (queued_at, id);
CREATE INDEX mails_state ON mails (state, queued_at, id);
CREATE INDEX mails_kind ON mails (kind, queued_at, id);
CREATE INDEX mails_kind_state ON mails (kind, state, queued_at, id);
CREATE INDEX mails_customer ON mails (crm_account_id, queued_at, id);

-- What was handed over, perhaps or for certain, never goes again under the same row: not by a slip of ours either.
-- +goose StatementBegin
CREATE FUNCTION mails_never_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('sent', 'unknown', 'refused', 'withdrawn') AND NEW.state IN ('queued', 'sending') THEN
        RAISE EXCEPTION 'a mail that is % is not sent again', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mails_never_twice';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER mails_never_twice BEFORE UPDATE ON mails FOR EACH ROW EXECUTE FUNCTION mails_never_twice();

-- Each time that a mail was taken in hand, and what came of it.
CREATE TABLE mail_attempts (
    mail_id uuid NOT NULL REFERENCES mails,
    attempt integer NOT NULL,
    at      timestamptz NOT NULL,
    outcome text NOT NULL DEFAULT '', -- empty: not known
    answer  text NOT NULL DEFAULT '',
    PRIMARY KEY (mail_id, attempt)
);
CREATE INDEX mail_attempts_at ON mail_attempts (at);

-- How mail goes to one customer, where that differs.
CREATE TABLE mail_customers (
    crm_account_id uuid PRIMARY KEY REFERENCES crm_accounts,
    no_reminders   boolean NOT NULL DEFAULT false,
    why            text NOT NULL DEFAULT '',
    lines_csv      text NOT NULL DEFAULT 'usual' CHECK (lines_csv IN ('usual', 'yes', 'no')),
    version        integer NOT NULL DEFAULT 1,
    updated_at     timestamptz NOT NULL,
    updated_by     text NOT NULL
);

-- Invoices that a customer disputes: nobody is reminded of them.
CREATE TABLE invoice_disputes (
    invoice_id uuid PRIMARY KEY REFERENCES invoices,
    why        text NOT NULL CHECK (why <> ''),
    since      timestamptz NOT NULL,
    by         text NOT NULL
);

-- Which notices went into which mail.
CREATE TABLE notice_mails (
    notice_id uuid PRIMARY KEY REFERENCES notices,
    mail_id   uuid NOT NULL REFERENCES mails
);
CREATE INDEX notice_mails_mail ON notice_mails (mail_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON mail_secrets, mail_customers, invoice_disputes TO seatledger_app;
GRANT SELECT, UPDATE ON mail_line TO seatledger_app;
GRANT SELECT, INSERT ON mails, mail_attempts, notice_mails TO seatledger_app;
GRANT UPDATE (state, next_at, attempt, holder, held_until, message_id, server, sent_at, answer, recipients) ON mails TO seatledger_app;
GRANT UPDATE (outcome, answer) ON mail_attempts TO seatledger_app;

-- +goose Up

-- What a person has decided about a term that comes to its end, or about days on which seats can be reduced. The day is
-- part of it: another term is another decision. Nothing is sent to the distributor.
CREATE TABLE renewal_decisions (
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    day             date NOT NULL,
    decision        text NOT NULL CHECK (decision IN ('', 'keep', 'list', 'ask', 'reduce')),
    seats           integer CHECK (seats >= 0), -- what is to be left
    owner           text NOT NULL DEFAULT '',
    note            text NOT NULL DEFAULT '',
    done            boolean NOT NULL DEFAULT false, -- what the decision asks for was done
    decided_by      text NOT NULL CHECK (decided_by <> ''),
    decided_at      timestamptz NOT NULL,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (subscription_id, day),
    CONSTRAINT renewal_decisions_seats CHECK ((decision = 'reduce') = (seats IS NOT NULL))
);
-- What somebody was told of, so that nobody is told twice.
CREATE TABLE renewal_told (
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    day             date NOT NULL,
    within          integer NOT NULL, -- days
    told_at         timestamptz NOT NULL,
    PRIMARY KEY (subscription_id, day, within)
);
GRANT SELECT, INSERT, UPDATE ON renewal_decisions TO seatledger_app;
GRANT SELECT, INSERT ON renewal_told TO seatledger_app;
CREATE INDEX subscriptions_term_start ON subscriptions (term_start) WHERE state <> 'inactive';

-- Notes on a customer: written once, never changed.
CREATE TABLE crm_account_notes (
    id             uuid PRIMARY KEY,
    crm_account_id uuid NOT NULL REFERENCES crm_accounts,
    text           text NOT NULL CONSTRAINT crm_account_notes_text CHECK (text <> ''),
    written_by_id  uuid,
    written_by     text NOT NULL CHECK (written_by <> ''),
    written_at     timestamptz NOT NULL
);
CREATE INDEX crm_account_notes_account ON crm_account_notes (crm_account_id, written_at DESC, id);
CREATE TRIGGER crm_account_notes_append_only BEFORE UPDATE OR DELETE ON crm_account_notes
    FOR EACH ROW EXECUTE FUNCTION refuse_change('crm_account_notes_append_only');
CREATE TRIGGER crm_account_notes_no_truncate BEFORE TRUNCATE ON crm_account_notes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('crm_account_notes_append_only');
GRANT SELECT, INSERT ON crm_account_notes TO seatledger_app;

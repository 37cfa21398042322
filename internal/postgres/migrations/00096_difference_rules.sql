-- +goose Up
-- What is decided about a difference for the bills to come as well: it holds while the money a month is no more than it
-- was then.
CREATE TABLE difference_rules (
    id           uuid PRIMARY KEY,
    provider_id  uuid REFERENCES providers,
    kind         text NOT NULL,
    subject      text NOT NULL CHECK (subject <> ''),
    currency     text NOT NULL,
    month_amount numeric(20, 6) NOT NULL, -- at most, on the same side of nothing
    once_amount  numeric(20, 6) NOT NULL,
    reason       text NOT NULL CHECK (reason <> ''),
    until_on     date,
    at           timestamptz NOT NULL,
    actor        text NOT NULL CHECK (actor <> ''),
    ended_at     timestamptz,
    ended_by     text NOT NULL DEFAULT '',
    CONSTRAINT difference_rules_ended CHECK ((ended_at IS NULL) = (ended_by = ''))
);
CREATE UNIQUE INDEX difference_rules_one ON difference_rules (subject, kind, currency, provider_id) NULLS NOT DISTINCT
    WHERE ended_at IS NULL;
ALTER TABLE differences ADD CONSTRAINT differences_rule FOREIGN KEY (rule_id) REFERENCES difference_rules;
CREATE INDEX differences_until ON differences (until_on) WHERE state = 'dismissed' AND until_on IS NOT NULL;
CREATE INDEX differences_disputed ON differences (provider_id) WHERE state = 'disputed' AND credit_line_id IS NULL;
CREATE UNIQUE INDEX differences_credit ON differences (credit_line_id) WHERE credit_line_id IS NOT NULL;
GRANT SELECT, INSERT ON difference_rules TO seatledger_app;
GRANT UPDATE (ended_at, ended_by) ON difference_rules TO seatledger_app;

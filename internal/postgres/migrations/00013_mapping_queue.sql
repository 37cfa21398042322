-- +goose Up
-- Who decided, in which batch, and on what evidence.
ALTER TABLE mapping_decisions
    ADD COLUMN actor_id    uuid, -- null: Seatledger itself
    ADD COLUMN batch_id    uuid,
    ADD COLUMN probability numeric(5, 4),
    ADD COLUMN evidence    jsonb; -- as it stood when the decision was made
CREATE INDEX mapping_decisions_at ON mapping_decisions (at, id);
CREATE INDEX mapping_decisions_actor ON mapping_decisions (actor_id, at) WHERE actor_id IS NOT NULL;

ALTER TABLE mapping_suggestions
    ADD COLUMN score      double precision NOT NULL DEFAULT 0, -- the sum of the evidence
    ADD COLUMN doubt      text NOT NULL DEFAULT '',            -- why it is not certain
    ADD COLUMN tied       boolean NOT NULL DEFAULT false,      -- nearly as good as another
    ADD COLUMN chosen     boolean NOT NULL DEFAULT false,      -- by the assignment of the whole provider
    ADD COLUMN claimed_by uuid CONSTRAINT mapping_suggestions_claimed_by REFERENCES provider_accounts; -- the open account that it fits better

-- How fresh the suggestions of a provider are, and what of both sides they rest on.
CREATE TABLE mapping_refreshes (
    provider_id uuid PRIMARY KEY REFERENCES providers,
    wanted      text NOT NULL DEFAULT '', -- the state of both sides that is to be looked at
    queued_at   timestamptz,
    computed    text NOT NULL DEFAULT '', -- the one that was
    decisions   bigint NOT NULL DEFAULT 0, -- how many there were then
    computed_at timestamptz,
    took_ms     integer NOT NULL DEFAULT 0
);

-- A no: this pair, or with no CRM account none of all. It stands until it is revoked or the data it was said about change.
CREATE TABLE mapping_refusals (
    id             uuid PRIMARY KEY,
    act_id         uuid NOT NULL, -- what was refused in one go
    account_id     uuid NOT NULL REFERENCES provider_accounts,
    crm_account_id uuid REFERENCES crm_accounts ON DELETE CASCADE, -- an import that is taken back takes the noes to what it made along
    account_print  text NOT NULL, -- of the fields compared
    crm_print      text NOT NULL DEFAULT '',
    at             timestamptz NOT NULL,
    actor          text NOT NULL CHECK (actor <> ''),
    actor_id       uuid,
    revoked_at     timestamptz,
    revoked_by     text NOT NULL DEFAULT '',
    lapsed_at      timestamptz -- the data changed
);
CREATE UNIQUE INDEX mapping_refusals_one_standing ON mapping_refusals (account_id, coalesce(crm_account_id, account_id))
    WHERE revoked_at IS NULL AND lapsed_at IS NULL;
CREATE INDEX mapping_refusals_at ON mapping_refusals (at, id);
CREATE INDEX mapping_refusals_act ON mapping_refusals (act_id);

CREATE TABLE mapping_snoozes (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES provider_accounts,
    until      date NOT NULL, -- the day on which it is asked about again
    at         timestamptz NOT NULL,
    actor      text NOT NULL CHECK (actor <> ''),
    actor_id   uuid,
    ended_at   timestamptz,
    ended_by   text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX mapping_snoozes_one_standing ON mapping_snoozes (account_id) WHERE ended_at IS NULL;
CREATE INDEX mapping_snoozes_at ON mapping_snoozes (at, id);

-- Suggestions accepted in one go, which one undo takes back.
CREATE TABLE mapping_batches (
    id           uuid PRIMARY KEY,
    provider_id  uuid NOT NULL REFERENCES providers,
    above        numeric(5, 4), -- null: what is certain
    at           timestamptz NOT NULL,
    actor        text NOT NULL CHECK (actor <> ''),
    actor_id     uuid,
    undo_at      timestamptz,
    undo_by      text NOT NULL DEFAULT '',
    undo_by_id   uuid
);
CREATE INDEX mapping_batches_at ON mapping_batches (at, id);
CREATE TABLE mapping_batch_items (
    batch_id       uuid NOT NULL REFERENCES mapping_batches,
    account_id     uuid NOT NULL REFERENCES provider_accounts,
    crm_account_id uuid NOT NULL REFERENCES crm_accounts ON DELETE CASCADE, -- what was mapped is kept by its decision
    state          text NOT NULL CHECK (state IN ('waiting', 'mapped', 'skipped', 'undoing', 'undone', 'kept')),
    decision_id    uuid REFERENCES mapping_decisions,
    why            text NOT NULL DEFAULT '', -- it was skipped, or kept
    PRIMARY KEY (batch_id, account_id),
    CONSTRAINT mapping_batch_items_decided CHECK ((decision_id IS NULL) = (state IN ('waiting', 'skipped')))
);
CREATE INDEX mapping_batch_items_open ON mapping_batch_items (batch_id) WHERE state IN ('waiting', 'undoing');
ALTER TABLE mapping_decisions ADD CONSTRAINT mapping_decisions_batch_known FOREIGN KEY (batch_id) REFERENCES mapping_batches;

GRANT SELECT, INSERT, UPDATE ON mapping_refreshes, mapping_refusals, mapping_snoozes, mapping_batches, mapping_batch_items TO seatledger_app;

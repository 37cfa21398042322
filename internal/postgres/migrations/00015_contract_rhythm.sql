-- +goose Up
-- An API that gives costs without their period: what a person says it is. Empty: not known, and never guessed (RULES 5).
ALTER TABLE providers ADD COLUMN cost_period text NOT NULL DEFAULT ''
    CONSTRAINT providers_cost_period CHECK (cost_period = '' OR connector = 'stellr-legacy' AND cost_period IN ('month', 'quarter', 'year', 'three_years'));
ALTER TABLE subscriptions ADD COLUMN cost_period_assumed boolean NOT NULL DEFAULT false; -- the record had none: the provider's setting

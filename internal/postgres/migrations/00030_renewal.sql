-- +goose Up
-- What a contract does with the list's price where a new term of the same product begins (RULES 5).
ALTER TABLE billing_contracts
    ADD COLUMN renewal text NOT NULL DEFAULT 'propose' CHECK (renewal IN ('propose', 'list'));

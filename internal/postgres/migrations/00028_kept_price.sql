-- +goose Up
-- When a person last kept the price of a new term: one below cost fails the review until then (RULES 5).
ALTER TABLE subscriptions ADD COLUMN price_kept_at timestamptz;

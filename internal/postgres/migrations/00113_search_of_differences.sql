-- +goose Up
-- Differences of years are searched by customer, product, id, reference and owner.
CREATE INDEX differences_search ON differences USING gin (search_text gin_trgm_ops) WHERE shown;

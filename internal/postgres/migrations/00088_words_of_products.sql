-- +goose Up

-- A word that stands in the name of a product stands in all subscriptions to it, which may be half of all. Such words
-- are looked for among the names, each of which the index by product holds together; the index of words holds the rest.
CREATE FUNCTION words_beside(words text, name text) RETURNS text LANGUAGE sql IMMUTABLE
    AS 'SELECT substr(words, length(name) + 1)';
DROP INDEX subscriptions_search;
CREATE INDEX subscriptions_search ON subscriptions USING gin (words_beside(search_text, product_key) gin_trgm_ops);

-- The ids that a search finds beside the names of products, by the trigram index whatever the planner thinks of the term.
CREATE FUNCTION subscriptions_like_beside(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS 'SELECT id FROM subscriptions WHERE words_beside(search_text, product_key) LIKE pattern';

-- All ids that a search finds. The names are walked from one to the next.
CREATE OR REPLACE FUNCTION subscriptions_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE names AS (
        (SELECT product_key AS name FROM subscriptions ORDER BY product_key LIMIT 1)
        UNION ALL
        SELECT (SELECT product_key FROM subscriptions WHERE product_key > n.name ORDER BY product_key LIMIT 1)
        FROM names n WHERE n.name IS NOT NULL)
    SELECT subscriptions_like_beside(pattern)
    UNION ALL
    SELECT s.id FROM names n, LATERAL (SELECT id FROM subscriptions WHERE product_key = n.name OFFSET 0) s
    WHERE n.name LIKE pattern $$; -- the offset keeps it from reading all subscriptions for a join
ALTER FUNCTION subscriptions_like(text) RESET ALL;

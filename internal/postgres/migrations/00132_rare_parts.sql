-- +goose Up
-- The index of words goes through the entries of every three letters that a term has, of which those of its common
-- parts, as "record" in "record 4711", are most of the table. A number of at least four digits that is no year finds few by
-- itself: the index is asked for it alone, and what it finds is compared with the whole term.
-- +goose StatementBegin
CREATE FUNCTION rare_part(pattern text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce((SELECT '%' || m.part[1] || '%' FROM regexp_matches(pattern, '[0-9]{4,}', 'g') WITH ORDINALITY
		AS m (part, n) WHERE pattern !~ '[\\_]'
			AND m.part[1] !~ '^(19|20)[0-9][0-9]$' ORDER BY length(m.part[1]) DESC, m.n LIMIT 1), pattern) $$;
CREATE OR REPLACE FUNCTION subscriptions_like_beside(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	part text := rare_part(pattern);
BEGIN
	RETURN QUERY SELECT id FROM subscriptions
		WHERE words_beside(search_text, product_key) LIKE part
			AND (words_beside(search_text, product_key) || '') LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION contracts_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	part text := rare_part(pattern);
BEGIN
	RETURN QUERY SELECT id FROM billing_contracts
		WHERE search_text LIKE part
			AND (search_text || '') LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION accounts_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	part text := rare_part(pattern);
BEGIN
	RETURN QUERY SELECT id FROM provider_accounts
		WHERE search_text LIKE part
			AND (search_text || '') LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION invoices_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	part text := rare_part(pattern);
BEGIN
	RETURN QUERY SELECT id FROM invoices
		WHERE search_text LIKE part
			AND (search_text || '') LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION audit_like(pattern text) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	part text := rare_part(pattern);
BEGIN
	RETURN QUERY SELECT seq FROM audit_events
		WHERE lower(actor || ' ' || action || ' ' || object_name || ' ' || object_id) LIKE part
			AND (lower(actor || ' ' || action || ' ' || object_name || ' ' || object_id) || '') LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION invoice_lines_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	part text := rare_part(pattern);
BEGIN
	RETURN QUERY SELECT id FROM invoice_lines WHERE search_text LIKE part AND (search_text || '') LIKE pattern
		UNION
		SELECT l.id FROM invoices_like(pattern) v (id),
			LATERAL (SELECT x.id FROM invoice_lines x WHERE x.invoice_id = v.id OFFSET 0) l;
END $$;
-- +goose StatementEnd

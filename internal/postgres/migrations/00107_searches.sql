-- +goose Up
-- The names of products as subscriptions have them, for searches. Names are only added: one that no subscription has any
-- more finds nothing. Two that come in at once may stand here twice, so that neither waits for the other.
CREATE TABLE subscription_names (name text NOT NULL);
CREATE INDEX subscription_names_name ON subscription_names (name);
GRANT SELECT, INSERT ON subscription_names TO seatledger_app;
-- +goose StatementBegin
CREATE FUNCTION name_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM subscription_names WHERE name = NEW.product_key) THEN
		INSERT INTO subscription_names VALUES (NEW.product_key);
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER name_new AFTER INSERT ON subscriptions FOR EACH ROW EXECUTE FUNCTION name_subscription();
CREATE TRIGGER name_changed AFTER UPDATE ON subscriptions FOR EACH ROW
	WHEN (OLD.product_name IS DISTINCT FROM NEW.product_name) EXECUTE FUNCTION name_subscription();
INSERT INTO subscription_names SELECT DISTINCT product_key FROM subscriptions;

-- What a search finds by the indexes of words, whatever the planner thinks of the term. A function of this language
-- keeps its plans; one of SQL alone was planned for each page.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION subscriptions_like_beside(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT id FROM subscriptions WHERE words_beside(search_text, product_key) LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION subscriptions_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT subscriptions_like_beside(pattern);
	-- The offset keeps it from reading all subscriptions for a join.
	RETURN QUERY SELECT s.id FROM (SELECT DISTINCT name FROM subscription_names WHERE name LIKE pattern) n,
		LATERAL (SELECT id FROM subscriptions WHERE product_key = n.name OFFSET 0) s;
END $$;
CREATE OR REPLACE FUNCTION changes_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT c.change_id FROM subscriptions_like(pattern) s (id),
			LATERAL (SELECT change_id FROM license_change_status WHERE change_subscription_id = s.id OFFSET 0) c
		UNION
		SELECT id FROM license_changes WHERE lower(actor || ' ' || note) LIKE pattern
			AND (actor_id IS NOT NULL OR note <> '');
END $$;
CREATE OR REPLACE FUNCTION contracts_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT id FROM billing_contracts WHERE search_text LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION accounts_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT id FROM provider_accounts WHERE search_text LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION invoices_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT id FROM invoices WHERE search_text LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION invoice_lines_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT id FROM invoice_lines WHERE search_text LIKE pattern
		UNION
		SELECT l.id FROM invoices_like(pattern) v (id),
			LATERAL (SELECT x.id FROM invoice_lines x WHERE x.invoice_id = v.id OFFSET 0) l;
END $$;
CREATE OR REPLACE FUNCTION crm_accounts_like(pattern text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT id FROM crm_accounts
		WHERE lower(name || ' ' || coalesce(external_id, '') || ' ' || domain || ' ' || tenant_id) LIKE pattern;
END $$;
CREATE OR REPLACE FUNCTION audit_like(pattern text) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
	SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT seq FROM audit_events
		WHERE lower(actor || ' ' || action || ' ' || object_name || ' ' || object_id) LIKE pattern;
END $$;
-- +goose StatementEnd

-- +goose Up

-- The list of CRM accounts: how many provider accounts are mapped to each and how many of its contracts are
-- active stand in its row, so that the sorts' indexes carry the filters (decision 56).
ALTER TABLE crm_accounts
    ADD COLUMN mapped_accounts  integer NOT NULL DEFAULT 0,
    ADD COLUMN active_contracts integer NOT NULL DEFAULT 0;

-- +goose StatementBegin
CREATE FUNCTION count_mapped_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before uuid; -- whose customer it was
    now_of uuid;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'mapped' THEN before := OLD.crm_account_id; END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'mapped' THEN now_of := NEW.crm_account_id; END IF;
    IF before IS DISTINCT FROM now_of THEN
        UPDATE crm_accounts SET mapped_accounts = mapped_accounts + CASE WHEN id = now_of THEN 1 ELSE -1 END
        WHERE id IN (before, now_of);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_mapped_accounts AFTER INSERT OR DELETE OR UPDATE OF state, crm_account_id ON provider_accounts
    FOR EACH ROW EXECUTE FUNCTION count_mapped_accounts();

-- +goose StatementBegin
CREATE FUNCTION count_active_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before uuid; -- whose active contract it was
    now_of uuid;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.active THEN before := OLD.crm_account_id; END IF;
    IF TG_OP <> 'DELETE' AND NEW.active THEN now_of := NEW.crm_account_id; END IF;
    IF before IS DISTINCT FROM now_of THEN
        UPDATE crm_accounts SET active_contracts = active_contracts + CASE WHEN id = now_of THEN 1 ELSE -1 END
        WHERE id IN (before, now_of);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_active_contracts AFTER INSERT OR DELETE OR UPDATE OF active, crm_account_id ON billing_contracts
    FOR EACH ROW EXECUTE FUNCTION count_active_contracts();

UPDATE crm_accounts a SET
    mapped_accounts = (SELECT count(*) FROM provider_accounts m WHERE m.crm_account_id = a.id AND m.state = 'mapped'),
    active_contracts = (SELECT count(*) FROM billing_contracts b WHERE b.crm_account_id = a.id AND b.active);

DROP INDEX crm_accounts_name, crm_accounts_by_external_id, crm_accounts_by_updated_at;
CREATE INDEX crm_accounts_name ON crm_accounts (lower(name), id) INCLUDE (mapped_accounts, active_contracts);
CREATE INDEX crm_accounts_by_external_id ON crm_accounts (coalesce(external_id, ''), id)
    INCLUDE (mapped_accounts, active_contracts);
CREATE INDEX crm_accounts_by_updated_at ON crm_accounts (updated_at, id) INCLUDE (mapped_accounts, active_contracts);
CREATE INDEX crm_accounts_by_accounts ON crm_accounts (mapped_accounts, id) INCLUDE (active_contracts);
CREATE INDEX crm_accounts_by_contracts ON crm_accounts (active_contracts, id) INCLUDE (mapped_accounts);

-- The ids that a search finds, by the trigram index whatever the planner thinks of the term.
CREATE FUNCTION crm_accounts_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$SELECT id FROM crm_accounts
        WHERE lower(name || ' ' || coalesce(external_id, '') || ' ' || domain || ' ' || tenant_id) LIKE pattern$$;

-- The prices of a list: what they are sorted by stands in the row, and the days on which each is the one that
-- counts, which are its own without those of every newer one for the same product, term and frequency.
ALTER TABLE price_list_items
    ADD COLUMN product_key text NOT NULL DEFAULT '', -- name and part number, lower case
    ADD COLUMN part_key    text NOT NULL DEFAULT '',
    ADD COLUMN days        datemultirange NOT NULL DEFAULT '{}';

-- By the product's index alone, also where a file fills an empty table of which nothing is known yet: IS NOT DISTINCT
-- FROM is asked of the rows found.
-- +goose StatementBegin
CREATE FUNCTION days_in_force(i price_list_items) RETURNS datemultirange LANGUAGE plpgsql STABLE
    SET enable_seqscan = off AS $$
BEGIN
    RETURN datemultirange(daterange(i.effective_from, i.effective_to)) - coalesce((
        SELECT range_agg(daterange(n.effective_from, n.effective_to)) FROM price_list_items n
        WHERE n.product_id = i.product_id AND n.price_list_id IS NOT DISTINCT FROM i.price_list_id
            AND n.term IS NOT DISTINCT FROM i.term AND n.billing_frequency IS NOT DISTINCT FROM i.billing_frequency
            AND n.effective_from > i.effective_from), '{}');
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION price_item_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT lower(name || ' ' || part_number), lower(part_number) INTO NEW.product_key, NEW.part_key
        FROM products WHERE id = NEW.product_id;
    NEW.days := days_in_force(NEW);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER price_item_keys BEFORE INSERT OR UPDATE OF price_list_id, product_id, term, billing_frequency,
    effective_from, effective_to, product_key ON price_list_items FOR EACH ROW EXECUTE FUNCTION price_item_keys();

-- A price that comes, goes or moves changes the days of the others of its product, term and frequency.
-- +goose StatementBegin
CREATE FUNCTION price_items_beside() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    k record;
BEGIN
    FOR k IN SELECT DISTINCT price_list_id, product_id, term, billing_frequency FROM touched LOOP
        UPDATE price_list_items i SET days = days_in_force(i)
        WHERE i.product_id = k.product_id AND i.price_list_id IS NOT DISTINCT FROM k.price_list_id
            AND i.term IS NOT DISTINCT FROM k.term AND i.billing_frequency IS NOT DISTINCT FROM k.billing_frequency
            AND i.days <> days_in_force(i);
    END LOOP;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER price_items_added AFTER INSERT ON price_list_items REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION price_items_beside();
CREATE TRIGGER price_items_removed AFTER DELETE ON price_list_items REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION price_items_beside();
CREATE TRIGGER price_items_left AFTER UPDATE ON price_list_items REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION price_items_beside();
CREATE TRIGGER price_items_moved AFTER UPDATE ON price_list_items REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION price_items_beside();

-- +goose StatementBegin
CREATE FUNCTION names_of_price_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE price_list_items SET product_key = product_key WHERE product_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER product_renamed AFTER UPDATE OF name, part_number ON products FOR EACH ROW
    WHEN ((OLD.name, OLD.part_number) IS DISTINCT FROM (NEW.name, NEW.part_number))
    EXECUTE FUNCTION names_of_price_items();

UPDATE price_list_items SET product_key = product_key;
CREATE INDEX price_list_items_by_product ON price_list_items (price_list_id, product_key, id) INCLUDE (term, days);
CREATE INDEX price_list_items_by_part ON price_list_items (price_list_id, part_key, id) INCLUDE (term, days);
CREATE INDEX price_list_items_by_from ON price_list_items (price_list_id, effective_from, id) INCLUDE (term, days);
CREATE INDEX price_list_items_by_price ON price_list_items (price_list_id, unit_price, id) INCLUDE (term, days);
CREATE INDEX price_list_items_term ON price_list_items (price_list_id, term, product_key, id) INCLUDE (days);
CREATE INDEX products_search ON products USING gin (lower(name || ' ' || part_number || ' ' || vendor) gin_trgm_ops);

-- The products that a search finds, by the trigram index whatever the planner thinks of the term.
CREATE FUNCTION products_like(pattern text) RETURNS SETOF uuid LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    AS $$SELECT id FROM products WHERE lower(name || ' ' || part_number || ' ' || vendor) LIKE pattern$$;

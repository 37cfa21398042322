-- +goose Up
-- The ledger. Facts never change; what may change stands in license_change_status,
-- and each change of that leaves a row in license_change_marks (RULES 1).
CREATE TABLE license_changes (
    id               uuid PRIMARY KEY,
    seq              bigint GENERATED ALWAYS AS IDENTITY,
    subscription_id  uuid NOT NULL REFERENCES subscriptions,
    event            text NOT NULL CHECK (event IN ('create', 'update', 'price', 'cost', 'renew', 'deactivate', 'activate', 'adjust', 'carry')),
    reason           text CHECK (reason IN ('provider', 'gone', 'back', 'person', 'cutover')),
    effective_at     date NOT NULL,
    recorded_at      timestamptz NOT NULL,
    delta            integer NOT NULL,
    quantity_after   integer NOT NULL,
    estimated        boolean NOT NULL,
    unit_cost        numeric(20, 6),
    cost_period      text NOT NULL DEFAULT '',
    cost_currency    text NOT NULL DEFAULT '',
    unit_price       numeric(20, 6),
    price_period     text NOT NULL DEFAULT '',
    currency         text NOT NULL DEFAULT '',
    details          jsonb, -- before and after of price, cost or term; the change-log text it stands on
    source           text NOT NULL CHECK (source IN ('sync', 'person', 'import', 'cutover')),
    sync_run_id      uuid,
    actor_id         uuid,
    actor            text NOT NULL CHECK (actor <> ''),
    note             text NOT NULL DEFAULT '',
    origin_change_id uuid REFERENCES license_changes,
    CONSTRAINT license_changes_reason_given CHECK ((event IN ('deactivate', 'activate')) <= (reason IS NOT NULL)),
    CONSTRAINT license_changes_price_whole CHECK (unit_price IS NULL OR (price_period <> '' AND currency <> '')),
    CONSTRAINT license_changes_no_seats CHECK (event NOT IN ('price', 'cost') OR delta = 0)
);
CREATE INDEX license_changes_subscription ON license_changes (subscription_id, seq);
CREATE UNIQUE INDEX license_changes_seq ON license_changes (seq);
CREATE INDEX license_changes_effective ON license_changes (effective_at, id);
CREATE INDEX license_changes_run ON license_changes (sync_run_id) WHERE sync_run_id IS NOT NULL;
CREATE INDEX license_changes_origin ON license_changes (origin_change_id) WHERE origin_change_id IS NOT NULL;
-- A subscription begins once. Reassigned history and a corrected date are copies with an origin.
CREATE UNIQUE INDEX license_changes_one_create ON license_changes (subscription_id) WHERE event = 'create' AND origin_change_id IS NULL;

CREATE TABLE license_change_status (
    change_id     uuid PRIMARY KEY REFERENCES license_changes,
    counted       boolean NOT NULL,
    billing_state text NOT NULL CHECK (billing_state IN ('open', 'invoiced', 'archived')),
    invoice_id    uuid,
    CONSTRAINT license_change_status_invoice CHECK (invoice_id IS NULL OR billing_state = 'invoiced')
);
CREATE INDEX license_change_status_invoice ON license_change_status (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX license_change_status_open ON license_change_status (billing_state, change_id);
ALTER TABLE license_changes ADD CONSTRAINT license_changes_have_status
    FOREIGN KEY (id) REFERENCES license_change_status (change_id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE license_change_marks (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id     uuid NOT NULL REFERENCES license_changes,
    at            timestamptz NOT NULL DEFAULT now(),
    actor_id      uuid,
    actor         text NOT NULL,
    why           text NOT NULL,
    old_counted   boolean NOT NULL,
    new_counted   boolean NOT NULL,
    old_state     text NOT NULL,
    new_state     text NOT NULL,
    old_invoice   uuid,
    new_invoice   uuid
);
CREATE INDEX license_change_marks_change ON license_change_marks (change_id, id);

CREATE TRIGGER license_changes_append_only BEFORE UPDATE OR DELETE ON license_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change('license_changes_append_only');
CREATE TRIGGER license_changes_no_truncate BEFORE TRUNCATE ON license_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('license_changes_append_only');
CREATE TRIGGER license_change_status_no_delete BEFORE DELETE ON license_change_status
    FOR EACH ROW EXECUTE FUNCTION refuse_change('license_changes_append_only');
CREATE TRIGGER license_change_status_no_truncate BEFORE TRUNCATE ON license_change_status
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('license_changes_append_only');
CREATE TRIGGER license_change_marks_append_only BEFORE UPDATE OR DELETE ON license_change_marks
    FOR EACH ROW EXECUTE FUNCTION refuse_change('license_changes_append_only');
CREATE TRIGGER license_change_marks_no_truncate BEFORE TRUNCATE ON license_change_marks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('license_changes_append_only');

-- pg_temp stands last in the search path of each function below: else a temporary
-- table named like ours would be read and written in its place.

-- A change of status tells who and why through two settings of the transaction; without them it is refused.
-- +goose StatementBegin
CREATE FUNCTION license_change_mark() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_actor text := coalesce(current_setting('seatledger.actor', true), '');
    v_why   text := coalesce(current_setting('seatledger.why', true), '');
BEGIN
    IF NEW.change_id <> OLD.change_id THEN
        RAISE EXCEPTION 'a status belongs to its change' USING ERRCODE = 'check_violation', CONSTRAINT = 'license_changes_append_only';
    END IF;
    IF v_actor = '' OR v_why = '' THEN
        RAISE EXCEPTION 'who and why are missing' USING ERRCODE = 'check_violation', CONSTRAINT = 'license_change_marks_why';
    END IF;
    INSERT INTO license_change_marks (change_id, actor_id, actor, why, old_counted, new_counted, old_state, new_state, old_invoice, new_invoice)
    VALUES (OLD.change_id, nullif(current_setting('seatledger.actor_id', true), '')::uuid, v_actor, v_why,
            OLD.counted, NEW.counted, OLD.billing_state, NEW.billing_state, OLD.invoice_id, NEW.invoice_id);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER license_change_mark BEFORE UPDATE ON license_change_status FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION license_change_mark();

-- The ledger quantity of a subscription follows its counted rows.
-- +goose StatementBegin
CREATE FUNCTION ledger_quantity_on_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE subscriptions s SET ledger_quantity = s.ledger_quantity + d.delta
    FROM (SELECT c.subscription_id, sum(c.delta)::integer AS delta
          FROM new_rows n JOIN license_changes c ON c.id = n.change_id
          WHERE n.counted GROUP BY c.subscription_id HAVING sum(c.delta) <> 0) d
    WHERE s.id = d.subscription_id;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_quantity_on_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE subscriptions s SET ledger_quantity = s.ledger_quantity + d.delta
    FROM (SELECT c.subscription_id, sum(CASE WHEN n.counted THEN c.delta ELSE -c.delta END)::integer AS delta
          FROM new_rows n JOIN old_rows o ON o.change_id = n.change_id AND o.counted <> n.counted
          JOIN license_changes c ON c.id = n.change_id
          GROUP BY c.subscription_id
          HAVING sum(CASE WHEN n.counted THEN c.delta ELSE -c.delta END) <> 0) d
    WHERE s.id = d.subscription_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_quantity_on_insert AFTER INSERT ON license_change_status
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_quantity_on_insert();
CREATE TRIGGER ledger_quantity_on_update AFTER UPDATE ON license_change_status
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_quantity_on_update();

-- Nobody sets the ledger quantity by hand: it moves only from within the ledger's own trigger.
-- +goose StatementBegin
CREATE FUNCTION subscriptions_ledger_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.ledger_quantity <> 0)
       OR (TG_OP = 'UPDATE' AND pg_trigger_depth() < 2) THEN
        RAISE EXCEPTION 'ledger_quantity follows the ledger' USING ERRCODE = 'check_violation', CONSTRAINT = 'subscriptions_ledger_guard';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscriptions_ledger_guard_insert BEFORE INSERT ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION subscriptions_ledger_guard();
CREATE TRIGGER subscriptions_ledger_guard_update BEFORE UPDATE ON subscriptions FOR EACH ROW
    WHEN (OLD.ledger_quantity IS DISTINCT FROM NEW.ledger_quantity) EXECUTE FUNCTION subscriptions_ledger_guard();

-- The counted rows of a subscription sum to its billable quantity, at every commit (RULES 1).
-- +goose StatementBegin
CREATE FUNCTION subscriptions_ledger_sums() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ledger   integer;
    v_billable integer;
BEGIN
    SELECT ledger_quantity, billable_quantity INTO v_ledger, v_billable FROM subscriptions WHERE id = NEW.id;
    IF v_ledger IS DISTINCT FROM v_billable THEN
        RAISE EXCEPTION 'subscription %: ledger % but billable %', NEW.external_id, v_ledger, v_billable
            USING ERRCODE = 'check_violation', CONSTRAINT = 'subscriptions_ledger_sums';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER subscriptions_ledger_sums
    AFTER INSERT OR UPDATE OF quantity, state, frozen_quantity, ledger_quantity ON subscriptions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION subscriptions_ledger_sums();

GRANT SELECT, INSERT ON license_changes, license_change_status TO seatledger_app;
GRANT UPDATE (counted, billing_state, invoice_id) ON license_change_status TO seatledger_app;
GRANT SELECT ON license_change_marks TO seatledger_app;

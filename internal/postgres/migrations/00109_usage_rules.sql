-- +goose Up
-- How a contract bills usage on (RULES 4): elsewhere, cost, cost+15% or margin 20%.
ALTER TABLE billing_contracts ADD COLUMN usage_rule text NOT NULL DEFAULT 'elsewhere'
    CONSTRAINT billing_contracts_usage_rule
        CHECK (usage_rule ~ '^(elsewhere|cost|cost\+[0-9]+(\.[0-9]+)?%|margin [0-9]{1,2}(\.[0-9]+)?%)$');
-- What a typed line costs the reseller, in its own currency; null: not known. A line of usage knows it.
ALTER TABLE typed_lines ADD COLUMN cost numeric(20, 6);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION invoice_line_cost() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    asked record;
    price numeric := per_month(NEW.unit_price, NEW.price_period);
BEGIN
    IF NEW.kind = 'price' OR NEW.kind = 'credit' AND NOT NEW.again THEN -- money only
        NEW.cost := 0;
        NEW.cost_currency := NEW.currency;
    ELSIF NEW.kind = 'credit' THEN
        SELECT -l.cost, l.cost_currency INTO NEW.cost, NEW.cost_currency FROM invoice_lines l WHERE l.id = NEW.credits_line_id;
    ELSIF NEW.typed_line_id IS NOT NULL THEN
        SELECT t.cost, t.currency INTO NEW.cost, NEW.cost_currency FROM typed_lines t WHERE t.id = NEW.typed_line_id;
    ELSIF NEW.subscription_id IS NOT NULL THEN
        SELECT c.unit_cost, c.cost_period AS period, c.cost_currency AS currency INTO asked
        FROM license_changes c JOIN license_change_status t ON t.change_id = c.id
        WHERE c.subscription_id = NEW.subscription_id AND t.counted AND c.unit_cost IS NOT NULL
            AND c.effective_at <= NEW.from_date
        ORDER BY c.effective_at DESC, c.seq DESC LIMIT 1;
        NEW.cost_currency := coalesce(asked.currency, '');
        NEW.cost := CASE
            WHEN (NEW.kind = 'once') <> (asked.period = 'once') THEN NULL
            WHEN NEW.kind = 'once' THEN NEW.seats * asked.unit_cost
            WHEN price > 0 THEN NEW.amount * per_month(asked.unit_cost, asked.period) / price
            ELSE NEW.seats * per_month(asked.unit_cost, asked.period) * (SELECT sum(part)
                FROM months_of(NEW.from_date, NEW.to_date)) END;
    END IF;
    NEW.cost_currency := CASE WHEN NEW.cost IS NULL THEN '' ELSE NEW.cost_currency END;
    RETURN NEW;
END $$;
-- +goose StatementEnd

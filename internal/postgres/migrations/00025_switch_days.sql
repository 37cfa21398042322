-- +goose Up
-- A new subscription that is no twin is billed from its customer's switch day, unless a person said by name that it is
-- from its start (RULES 9).
ALTER TABLE cutover_pairs ADD COLUMN from_start boolean NOT NULL DEFAULT false
    CONSTRAINT cutover_pairs_from_start_of_new CHECK (NOT from_start OR kind = 'new');

-- Every subscription of the new provider of a customer with a confirmed switch day is billable from that day, also what
-- is listed or mapped to the customer only later.
-- +goose StatementBegin
CREATE FUNCTION subscriptions_billable_from_the_switch() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.history_since IS NOT NULL OR EXISTS (SELECT FROM cutover_pairs p WHERE p.new_subscription_id = NEW.id AND p.undone_at IS NULL) THEN
        RETURN NEW; -- what was decided about it says its first day
    END IF;
    NEW.billable_from := NULL;
    SELECT c.switch_day INTO NEW.billable_from FROM cutovers r JOIN cutover_customers c ON c.cutover_id = r.id
    WHERE r.new_provider_id = NEW.provider_id AND r.state <> 'abandoned' AND c.crm_account_id = NEW.crm_account_id AND c.state <> 'open'
    ORDER BY r.created_at DESC LIMIT 1;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscriptions_billable_from_insert BEFORE INSERT ON subscriptions FOR EACH ROW
    WHEN (NEW.billable_from IS NULL AND NEW.crm_account_id IS NOT NULL) EXECUTE FUNCTION subscriptions_billable_from_the_switch();
CREATE TRIGGER subscriptions_billable_from_update BEFORE UPDATE OF crm_account_id ON subscriptions FOR EACH ROW
    WHEN (OLD.crm_account_id IS DISTINCT FROM NEW.crm_account_id) EXECUTE FUNCTION subscriptions_billable_from_the_switch();

-- A person may say of days on both sides that the seats of both are real.
ALTER TABLE cutover_acknowledgements DROP CONSTRAINT cutover_acknowledgements_what_check;
ALTER TABLE cutover_acknowledgements ADD CONSTRAINT cutover_acknowledgements_what_check CHECK (what IN ('quantity', 'price', 'ended', 'new', 'double'));

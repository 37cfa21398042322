-- +goose Up
-- What follows a few rows of the ledger looks those subscriptions up. A join was planned while the tables were small, or
-- with no figures of them, and then read all subscriptions and all changes for ten.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger_quantity_on_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    changes uuid[] := ARRAY(SELECT change_id FROM new_rows WHERE counted);
    concerned uuid[] := ARRAY(SELECT DISTINCT c.subscription_id FROM license_changes c WHERE c.id = ANY (changes));
BEGIN
    UPDATE subscriptions s SET ledger_quantity = s.ledger_quantity + d.delta
    FROM (SELECT c.subscription_id, sum(c.delta)::integer AS delta
          FROM license_changes c WHERE c.id = ANY (changes)
          GROUP BY c.subscription_id HAVING sum(c.delta) <> 0) d
    WHERE s.id = d.subscription_id AND s.id = ANY (concerned);
    RETURN NULL;
END $$;
-- What is dated ahead does not count yet; mostly nothing is.
CREATE OR REPLACE FUNCTION seats_ahead_again() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    concerned uuid[] := ARRAY(SELECT DISTINCT change_subscription_id FROM added, billing_day d
        WHERE change_effective_at > d.today);
BEGIN
    IF cardinality(concerned) = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE subscriptions s SET seats_ahead = a.seats FROM (
        SELECT x.id, (SELECT coalesce(sum(c.delta), 0) FROM license_changes c
            JOIN license_change_status t ON t.change_id = c.id
            WHERE c.subscription_id = x.id AND t.counted AND c.effective_at > d.today) AS seats
        FROM billing_day d, unnest(concerned) x (id)) a
    WHERE s.id = a.id AND s.id = ANY (concerned) AND s.seats_ahead <> a.seats;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Up

-- What somebody wants to do and a second person has to grant. What was asked never changes; only how it stands does.
CREATE TABLE four_eyes_requests (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL CONSTRAINT four_eyes_kind CHECK (kind IN ('retire', 'price', 'credit', 'run', 'rules')),
    object_type   text NOT NULL,
    object_id     text NOT NULL,
    object_name   text NOT NULL,
    digest        text NOT NULL CONSTRAINT four_eyes_digest CHECK (digest <> ''),
    facts         jsonb NOT NULL,
    money         jsonb NOT NULL,
    unpriced      integer NOT NULL,
    path          text NOT NULL,
    form          jsonb,
    asked_at      timestamptz NOT NULL,
    asked_by      uuid NOT NULL REFERENCES users,
    asked_by_name text NOT NULL,
    expires_at    timestamptz NOT NULL,
    state         text NOT NULL CONSTRAINT four_eyes_state
        CHECK (state IN ('open', 'granted', 'refused', 'withdrawn', 'lapsed', 'done')),
    decided_at    timestamptz,
    decided_by    uuid REFERENCES users,
    decided_by_name text NOT NULL DEFAULT '',
    note          text NOT NULL DEFAULT '',
    ended_at      timestamptz,
    why           text NOT NULL DEFAULT '',
    CONSTRAINT four_eyes_two_people CHECK (decided_by IS NULL OR decided_by <> asked_by),
    CONSTRAINT four_eyes_decided CHECK ((decided_by IS NOT NULL) = (decided_at IS NOT NULL)
        AND (state NOT IN ('granted', 'refused', 'done') OR decided_by IS NOT NULL)
        AND (state NOT IN ('open', 'withdrawn') OR decided_by IS NULL))
);
-- The same is asked once at a time.
CREATE UNIQUE INDEX four_eyes_once ON four_eyes_requests (asked_by, digest) WHERE state IN ('open', 'granted');
CREATE INDEX four_eyes_by_time ON four_eyes_requests (asked_at DESC, id);

-- What has ended stays ended, and a grant is given to what is open alone.
-- +goose StatementBegin
CREATE FUNCTION four_eyes_steps() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.state NOT IN ('open', 'granted') OR (OLD.state = 'granted' AND NEW.state NOT IN ('granted', 'lapsed', 'done'))
        OR (OLD.state = 'open' AND NEW.state = 'done')
        OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by) THEN
        RAISE EXCEPTION 'four eyes: % never becomes %', OLD.state, NEW.state USING ERRCODE = 'check_violation',
            CONSTRAINT = 'four_eyes_steps';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER four_eyes_steps BEFORE UPDATE ON four_eyes_requests FOR EACH ROW EXECUTE FUNCTION four_eyes_steps();

GRANT SELECT, INSERT ON four_eyes_requests TO seatledger_app;
GRANT UPDATE (state, decided_at, decided_by, decided_by_name, note, ended_at, why) ON four_eyes_requests
    TO seatledger_app;

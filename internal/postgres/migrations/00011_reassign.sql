-- +goose Up
-- A move of history from one subscription to another (RULES 9). What it was never
-- changes; later only its end and its undoing are noted, each once.
CREATE TABLE reassignments (
    id            uuid PRIMARY KEY,
    source_id     uuid NOT NULL REFERENCES subscriptions,
    target_id     uuid NOT NULL REFERENCES subscriptions,
    switch_on     date NOT NULL, -- first day that belongs to the target
    taken         boolean NOT NULL, -- what was not billed went along: the source is billed no more
    floor         date, -- first day that was ever billed of the source; the target may be charged back to it
    copied        integer NOT NULL,
    aside         integer NOT NULL,
    adjusted      integer NOT NULL, -- seats of the adjustment
    before        jsonb NOT NULL, -- of the target: billing and holds, so that they can be put back
    note          text NOT NULL DEFAULT '',
    made_at       timestamptz NOT NULL,
    made_by_id    uuid,
    made_by       text NOT NULL CHECK (made_by <> ''),
    ended_on      date, -- first day without seats of the source, once it is retired
    ended_here    boolean NOT NULL DEFAULT false, -- it was ended after the move, so that undoing opens it again
    undone_at     timestamptz,
    undone_by_id  uuid,
    undone_by     text NOT NULL DEFAULT '',
    undo_note     text NOT NULL DEFAULT '',
    CONSTRAINT reassignments_two_sides CHECK (source_id <> target_id),
    CONSTRAINT reassignments_ended_whole CHECK (ended_on IS NOT NULL OR NOT ended_here),
    CONSTRAINT reassignments_undone_whole CHECK ((undone_at IS NULL) = (undone_by = ''))
);
CREATE UNIQUE INDEX reassignments_one_source ON reassignments (source_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX reassignments_one_target ON reassignments (target_id) WHERE undone_at IS NULL;
CREATE INDEX reassignments_source ON reassignments (source_id, made_at);
CREATE INDEX reassignments_target ON reassignments (target_id, made_at);

-- The rows that a move made or marked.
CREATE TABLE reassigned_changes (
    reassignment_id uuid NOT NULL REFERENCES reassignments,
    change_id       uuid NOT NULL REFERENCES license_changes,
    -- copy: of the target, from the source. adjust: of the target, what differed on the switch day.
    -- aside: the target's own, no longer counted. taken: the source's, charged by the target instead.
    role            text NOT NULL CHECK (role IN ('copy', 'adjust', 'aside', 'taken')),
    PRIMARY KEY (reassignment_id, change_id)
);
CREATE INDEX reassigned_changes_change ON reassigned_changes (change_id);

-- What a move was stays; an undone one stays undone.
-- +goose StatementBegin
CREATE FUNCTION reassignments_facts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.undone_at IS NOT NULL OR
       (OLD.id, OLD.source_id, OLD.target_id, OLD.switch_on, OLD.taken, OLD.floor, OLD.copied, OLD.aside, OLD.adjusted, OLD.before, OLD.note, OLD.made_at, OLD.made_by_id, OLD.made_by)
       IS DISTINCT FROM
       (NEW.id, NEW.source_id, NEW.target_id, NEW.switch_on, NEW.taken, NEW.floor, NEW.copied, NEW.aside, NEW.adjusted, NEW.before, NEW.note, NEW.made_at, NEW.made_by_id, NEW.made_by) THEN
        RAISE EXCEPTION 'a reassignment is kept as it was' USING ERRCODE = 'check_violation', CONSTRAINT = 'reassignments_append_only';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER reassignments_facts BEFORE UPDATE ON reassignments FOR EACH ROW EXECUTE FUNCTION reassignments_facts();
CREATE TRIGGER reassignments_append_only BEFORE DELETE ON reassignments
    FOR EACH ROW EXECUTE FUNCTION refuse_change('reassignments_append_only');
CREATE TRIGGER reassignments_no_truncate BEFORE TRUNCATE ON reassignments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('reassignments_append_only');
CREATE TRIGGER reassigned_changes_append_only BEFORE UPDATE OR DELETE ON reassigned_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change('reassignments_append_only');
CREATE TRIGGER reassigned_changes_no_truncate BEFORE TRUNCATE ON reassigned_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('reassignments_append_only');

GRANT SELECT, INSERT ON reassignments, reassigned_changes TO seatledger_app;
GRANT UPDATE (ended_on, ended_here, undone_at, undone_by_id, undone_by, undo_note) ON reassignments TO seatledger_app;

-- +goose Up
-- What a mail asks for, so that one that waited is written anew where something was paid or credited meanwhile. What
-- was handed over stays as it was written.
ALTER TABLE mails ADD COLUMN open numeric(20, 6); -- null: it asks for nothing, or is older
GRANT UPDATE (subject, body, open) ON mails TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION mails_keep_their_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'queued' THEN
        RAISE EXCEPTION 'the words of a mail that is % stay', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mails_keep_their_words';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER mails_keep_their_words BEFORE UPDATE OF subject, body, open ON mails FOR EACH ROW
    WHEN ((OLD.subject, OLD.body, OLD.open) IS DISTINCT FROM (NEW.subject, NEW.body, NEW.open))
    EXECUTE FUNCTION mails_keep_their_words();

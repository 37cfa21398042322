-- +goose Up
-- What lists let one choose from changes rarely and was read for each page. Each change leaves a row here, in the
-- transaction that makes it; a page that finds the same sum as the last one knows that nothing has changed
-- (internal/listing). Rows are only added, so that no two transactions wait for each other, and added up now and then.
CREATE TABLE choice_marks (n bigint NOT NULL CHECK (n > 0));
GRANT SELECT, INSERT, DELETE ON choice_marks TO seatledger_app;

-- +goose StatementBegin
CREATE FUNCTION mark_choices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO choice_marks VALUES (1);
	RETURN NULL;
END $$;

-- A word of the trail is marked when it comes up for the first time.
CREATE FUNCTION mark_words_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO choice_marks SELECT 1 WHERE EXISTS (SELECT FROM (SELECT DISTINCT action FROM fresh) f
			WHERE NOT EXISTS (SELECT FROM audit_events e WHERE e.action = f.action
				AND e.seq < (SELECT min(seq) FROM fresh)))
		OR EXISTS (SELECT FROM (SELECT DISTINCT object_type FROM fresh) f
			WHERE NOT EXISTS (SELECT FROM audit_events e WHERE e.object_type = f.object_type
				AND e.seq < (SELECT min(seq) FROM fresh)));
	RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER mark_choices AFTER INSERT OR DELETE ON providers FOR EACH ROW EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_names AFTER UPDATE ON providers FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
	EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_choices AFTER INSERT OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_names AFTER UPDATE ON users FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
	EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_choices AFTER INSERT OR DELETE ON products FOR EACH ROW EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_names AFTER UPDATE ON products FOR EACH ROW WHEN (OLD.vendor IS DISTINCT FROM NEW.vendor)
	EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_choices AFTER INSERT OR UPDATE OR DELETE ON opening_differences FOR EACH STATEMENT
	EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_choices AFTER INSERT OR UPDATE OR DELETE ON opening_prices FOR EACH STATEMENT
	EXECUTE FUNCTION mark_choices();
CREATE TRIGGER mark_words AFTER INSERT ON audit_events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
	EXECUTE FUNCTION mark_words_of_trail();
CREATE TRIGGER mark_words_gone AFTER DELETE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION mark_choices();

ALTER TABLE post ADD COLUMN turn integer;
UPDATE post SET turn = counted.turn
FROM (SELECT id, row_number() OVER (PARTITION BY topic_id ORDER BY number) - 1 AS turn FROM post WHERE cardinality(path) = 1) AS counted
WHERE post.id = counted.id;
CREATE INDEX post_turn ON post (topic_id, turn) WHERE turn IS NOT NULL;

CREATE FUNCTION take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.turn := (SELECT coalesce(max(turn) + 1, 0) FROM post WHERE topic_id = NEW.topic_id AND turn IS NOT NULL);
    RETURN NEW;
END
$$;
CREATE TRIGGER post_turn BEFORE INSERT ON post FOR EACH ROW WHEN (cardinality(NEW.path) = 1) EXECUTE FUNCTION take_turn();

ALTER TABLE reading ADD COLUMN before integer;

ALTER TABLE member ADD COLUMN topic_view text NOT NULL DEFAULT 'threads' CHECK (topic_view IN ('threads', 'flat'));
ALTER TABLE member ADD COLUMN topic_order text NOT NULL DEFAULT 'oldest' CHECK (topic_order IN ('oldest', 'newest'));

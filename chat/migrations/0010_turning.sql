-- What is to be announced next is found by two indexes: before the doors open, and from then on until the archive.

-- What is over by now needs no announcements of what there was no word for.
UPDATE drop_in SET lobbied_at = opened_at WHERE opened_at IS NOT NULL;
UPDATE drop_in SET wrapped_at = closes_at + interval '15 minutes'
WHERE closed_at IS NOT NULL AND closes_at + interval '15 minutes' <= now();
UPDATE drop_in SET archived_at = closes_at + interval '168 hours'
WHERE wrapped_at IS NOT NULL AND closes_at + interval '168 hours' <= now();

DROP INDEX drop_in_to_open;
DROP INDEX drop_in_to_close;
CREATE INDEX drop_in_to_open ON drop_in (opens_at) WHERE opened_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX drop_in_to_close ON drop_in (closes_at) WHERE opened_at IS NOT NULL AND archived_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX series_follows ON series (follows_id) WHERE follows_id IS NOT NULL;

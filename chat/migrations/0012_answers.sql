-- Answers to dates and series, with reminders in the reader's language and zone.

-- Signs what letters carry: links that need no session.
ALTER TABLE meta
    ADD COLUMN secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

ALTER TABLE member
    ADD COLUMN zone text NOT NULL DEFAULT '',
    ADD COLUMN language text NOT NULL DEFAULT 'en',
    ADD COLUMN unreminded text[] NOT NULL DEFAULT '{}';

ALTER TABLE membership
    ADD COLUMN unreminded text[] NOT NULL DEFAULT '{}';

ALTER TABLE rsvp
    ADD COLUMN own boolean NOT NULL DEFAULT true;

CREATE INDEX drop_in_opens ON drop_in (opens_at);

-- A reminder of a date to one member, for the time at which it is to open: one that is moved is reminded of anew. The
-- row is there before anything is sent.
CREATE TABLE reminder (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    kind text NOT NULL CHECK (kind IN ('day', 'soon', 'live')),
    opens_at timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    told_at timestamptz,
    mailed_at timestamptz,
    PRIMARY KEY (drop_in_id, kind, opens_at, member_id)
);
CREATE INDEX reminder_member ON reminder (member_id);

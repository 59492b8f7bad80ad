-- Series that skip bank holidays and have a number of places, dates with words of their own, and answers to invitations.

ALTER TABLE series
    ADD COLUMN capacity integer CHECK (capacity BETWEEN 1 AND 100000),
    ADD COLUMN holidays text NOT NULL DEFAULT '',
    ADD COLUMN skipped date[] NOT NULL DEFAULT '{}',
    ADD COLUMN chatham_house_since timestamptz,
    ADD COLUMN follows_id bigint REFERENCES series;

ALTER TABLE drop_in
    ADD COLUMN title text,
    ADD COLUMN description text,
    ADD COLUMN place_url text,
    ADD COLUMN capacity integer CHECK (capacity BETWEEN 1 AND 100000),
    ADD COLUMN sequence integer NOT NULL DEFAULT 0,
    ADD COLUMN word text NOT NULL DEFAULT '',
    ADD COLUMN cancelled_at timestamptz,
    ADD COLUMN cancelled_by bigint REFERENCES member,
    ADD COLUMN lobbied_at timestamptz,
    ADD COLUMN wrapped_at timestamptz,
    ADD COLUMN archived_at timestamptz;

-- What a member answered to one date. Who said yes to a full one waits from `waiting_since` on, first in, first promoted.
CREATE TABLE rsvp (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    answer text NOT NULL CHECK (answer IN ('yes', 'maybe', 'no')),
    answered_at timestamptz NOT NULL DEFAULT now(),
    waiting_since timestamptz CHECK (waiting_since IS NULL OR answer = 'yes'),
    PRIMARY KEY (drop_in_id, member_id)
);
CREATE INDEX rsvp_member ON rsvp (member_id);
CREATE INDEX rsvp_waiting ON rsvp (drop_in_id, waiting_since) WHERE waiting_since IS NOT NULL;

-- What a member answered to a whole series: it holds for its dates that come, until they answer to one of them.
CREATE TABLE series_rsvp (
    series_id bigint NOT NULL REFERENCES series,
    member_id bigint NOT NULL REFERENCES member,
    answer text NOT NULL CHECK (answer IN ('yes', 'maybe', 'no')),
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, member_id)
);
CREATE INDEX series_rsvp_member ON series_rsvp (member_id);

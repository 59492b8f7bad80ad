-- Addresses of calendar feeds, and what members' own calendars have been told by mail.

CREATE TABLE calendar_feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    network_id bigint REFERENCES network,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX calendar_feed_member ON calendar_feed (member_id, coalesce(network_id, 0)) WHERE ended_at IS NULL;

CREATE TABLE calendar_series (
    series_id bigint NOT NULL REFERENCES series,
    member_id bigint NOT NULL REFERENCES member,
    number integer NOT NULL DEFAULT -1,
    whole text NOT NULL DEFAULT '',
    mailed_at timestamptz,
    PRIMARY KEY (series_id, member_id)
);

CREATE TABLE calendar_date (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    told integer NOT NULL DEFAULT -1,
    known integer NOT NULL DEFAULT -1,
    holds text CHECK (holds IN ('yes', 'maybe', 'waiting')),
    of_series bigint REFERENCES series,
    recurs_at timestamptz,
    mailed_at timestamptz,
    PRIMARY KEY (drop_in_id, member_id)
);

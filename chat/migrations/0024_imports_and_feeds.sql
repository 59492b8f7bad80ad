ALTER TABLE member ADD COLUMN imported_at timestamptz;

CREATE TABLE imported (
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('site', 'member', 'topic', 'post')),
    their_id text NOT NULL,
    our_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    whole_at timestamptz,
    PRIMARY KEY (source, kind, their_id)
);

CREATE TABLE feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    network_id bigint NOT NULL REFERENCES network,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX feed_member ON feed (member_id, network_id) WHERE ended_at IS NULL;

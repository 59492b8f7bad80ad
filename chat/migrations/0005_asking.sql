-- Networks are shaped by their owners, and outsiders ask for a place.

ALTER TABLE network
    ADD COLUMN access_was text,
    ADD COLUMN access_changed_at timestamptz;

-- A network's picture: a small square, as WebP.
CREATE TABLE picture (
    network_id bigint PRIMARY KEY REFERENCES network,
    webp bytea NOT NULL
);

-- A member's wish for a place in a network, with answers to its questions. It waits until it is decided or withdrawn,
-- or has ended: with a place by another way, a ban, or a network that has become open or confidential.
CREATE TABLE join_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    member_id bigint NOT NULL REFERENCES member,
    answers jsonb NOT NULL DEFAULT '[]',
    made_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    decided_by bigint REFERENCES member,
    decision text CHECK (decision IN ('approved', 'declined')),
    word text NOT NULL DEFAULT '',
    withdrawn_at timestamptz,
    ended_at timestamptz,
    CHECK (num_nonnulls(decided_at, withdrawn_at, ended_at) <= 1),
    CHECK (num_nonnulls(decided_at, decided_by, decision) IN (0, 3))
);
CREATE UNIQUE INDEX join_request_waiting ON join_request (network_id, member_id)
    WHERE decided_at IS NULL AND withdrawn_at IS NULL AND ended_at IS NULL;
CREATE INDEX join_request_network ON join_request (network_id, id);
CREATE INDEX join_request_member ON join_request (member_id, network_id);

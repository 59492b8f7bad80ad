-- The agenda of a drop-in, and what keeps one member from speaking in a talk, or from being in a room.

-- What is to be talked about at a drop-in. Proposed by a member (nobody is named for what was asked without a name and
-- carried over), put in order by the hosts: taken on, left out, begun, finished. `carried_from` is the date it was left from.
CREATE TABLE agenda_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint REFERENCES member,
    title text NOT NULL,
    note text NOT NULL DEFAULT '',
    minutes integer CHECK (minutes BETWEEN 1 AND 240),
    place integer NOT NULL DEFAULT 0,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    taken_at timestamptz,
    left_out_at timestamptz,
    withdrawn_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    carried_from bigint REFERENCES drop_in,
    CHECK (ended_at IS NULL OR started_at IS NOT NULL)
);
CREATE INDEX agenda_item_drop_in ON agenda_item (drop_in_id);
-- One thing is talked about at a time.
CREATE UNIQUE INDEX agenda_item_current ON agenda_item (drop_in_id) WHERE started_at IS NOT NULL AND ended_at IS NULL;

-- Who would like an item to be talked about. Only how many they are is ever told.
CREATE TABLE agenda_vote (
    item_id bigint NOT NULL REFERENCES agenda_item,
    member_id bigint NOT NULL REFERENCES member,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (item_id, member_id)
);
CREATE INDEX agenda_vote_member ON agenda_vote (member_id);

-- Who may read a talk and not speak in it.
CREATE TABLE muted (
    topic_id bigint NOT NULL REFERENCES topic,
    member_id bigint NOT NULL REFERENCES member,
    muted_by bigint NOT NULL REFERENCES member,
    muted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic_id, member_id)
);
CREATE INDEX muted_member ON muted (member_id);

-- Whom a host has sent from a room to its lobby: they are not in it until they are let in again.
CREATE TABLE lobby (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    sent_by bigint NOT NULL REFERENCES member,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (drop_in_id, member_id)
);
CREATE INDEX lobby_member ON lobby (member_id);

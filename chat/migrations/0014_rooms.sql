-- What a room holds beside its talk: questions and their votes, hands, quick polls, shared links.

-- What somebody asks in a drop-in's room, by name or under their pseudonym of its talk, with the number of its votes. A host
-- pins the one that is talked about, and settles each: answered, perhaps in writing, deferred to the next drop-in, or declined
-- with a reason. What was withdrawn, by who asked or a host, is shown to nobody.
CREATE TABLE question (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    author_id bigint NOT NULL REFERENCES member,
    pseudonym_id bigint REFERENCES pseudonym,
    body text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    votes integer NOT NULL DEFAULT 0 CHECK (votes >= 0),
    pinned_at timestamptz,
    settled_at timestamptz,
    settled_by bigint REFERENCES member,
    outcome text CHECK (outcome IN ('answered', 'deferred', 'declined')),
    word text NOT NULL DEFAULT '',
    word_html text NOT NULL DEFAULT '',
    renderer smallint NOT NULL DEFAULT 1,
    withdrawn_at timestamptz,
    CHECK (num_nonnulls(settled_at, settled_by, outcome) IN (0, 3)),
    CHECK (pinned_at IS NULL OR (settled_at IS NULL AND withdrawn_at IS NULL))
);
CREATE INDEX question_drop_in ON question (drop_in_id, id) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX question_pinned ON question (drop_in_id) WHERE pinned_at IS NOT NULL;
CREATE INDEX question_author ON question (author_id);

-- A member's vote for a question. Nobody is shown whose it is.
CREATE TABLE question_vote (
    question_id bigint NOT NULL REFERENCES question,
    member_id bigint NOT NULL REFERENCES member,
    PRIMARY KEY (question_id, member_id)
);
CREATE INDEX question_vote_member ON question_vote (member_id);

-- A member's hand in a drop-in: up until it is lowered, and speaking since it was called. Raised again it is the same row.
-- One that went up before the doors last opened is down.
CREATE TABLE hand (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    raised_at timestamptz NOT NULL,
    called_at timestamptz,
    lowered_at timestamptz,
    UNIQUE (drop_in_id, member_id)
);
CREATE INDEX hand_raised ON hand (drop_in_id, raised_at) WHERE lowered_at IS NULL;
CREATE UNIQUE INDEX hand_speaking ON hand (drop_in_id) WHERE called_at IS NOT NULL AND lowered_at IS NULL;

-- A host's quick question with some options, to choose one or (`several`) more of. `shown` says when the numbers are:
-- live, to who has voted, or when it is closed. It closes with the room's wrap-up at the latest.
CREATE TABLE poll (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    asked_by bigint NOT NULL REFERENCES member,
    question text NOT NULL,
    options text[] NOT NULL CHECK (cardinality(options) BETWEEN 2 AND 8),
    several boolean NOT NULL,
    shown text NOT NULL CHECK (shown IN ('live', 'voted', 'closed')),
    asked_at timestamptz NOT NULL DEFAULT now(),
    counts integer[] NOT NULL,
    turnout integer NOT NULL DEFAULT 0 CHECK (turnout >= 0),
    closed_at timestamptz,
    closed_by bigint REFERENCES member,
    removed_at timestamptz,
    CHECK (cardinality(counts) = cardinality(options))
);
CREATE INDEX poll_drop_in ON poll (drop_in_id, id) WHERE removed_at IS NULL;

-- What a member has chosen in a poll, as numbers of its options. Nobody else is shown it.
CREATE TABLE ballot (
    poll_id bigint NOT NULL REFERENCES poll,
    member_id bigint NOT NULL REFERENCES member,
    choices smallint[] NOT NULL,
    PRIMARY KEY (poll_id, member_id)
);
CREATE INDEX ballot_member ON ballot (member_id);

-- A link that somebody shared in a drop-in's room.
CREATE TABLE shared_link (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    shared_by bigint NOT NULL REFERENCES member,
    title text NOT NULL,
    url text NOT NULL,
    shared_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz
);
CREATE UNIQUE INDEX shared_link_once ON shared_link (drop_in_id, md5(url)) WHERE removed_at IS NULL;

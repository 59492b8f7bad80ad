-- Looking after topics: where they and their posts went, what is hidden and why, and what members flag.
ALTER TABLE topic ADD COLUMN hidden_at timestamptz;
ALTER TABLE topic ADD COLUMN hidden_by bigint REFERENCES member;
ALTER TABLE topic ADD COLUMN hidden_why text;
ALTER TABLE topic ADD COLUMN merged_into bigint REFERENCES topic;
ALTER TABLE topic ADD COLUMN merged_after integer;
CREATE INDEX topic_pinned ON topic (network_id, pinned_at) WHERE pinned_at IS NOT NULL;

ALTER TABLE post ADD COLUMN hidden_why text;
ALTER TABLE post ADD COLUMN moved_to bigint REFERENCES post;

ALTER TABLE network ADD COLUMN hide_after_flags smallint CHECK (hide_after_flags BETWEEN 2 AND 20);

-- What hosts decide about one post that members flagged. A host who works on it has it for themselves for a while.
CREATE TABLE concern (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    post_id bigint NOT NULL REFERENCES post,
    opened_at timestamptz NOT NULL DEFAULT now(),
    claimed_by bigint REFERENCES member,
    claimed_until timestamptz,
    settled_at timestamptz,
    settled_by bigint REFERENCES member,
    outcome text CHECK (outcome IN ('hidden', 'removed', 'locked', 'warned', 'dismissed')),
    word text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    CHECK ((settled_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX concern_open ON concern (post_id) WHERE settled_at IS NULL;
CREATE INDEX concern_network ON concern (network_id, settled_at);

-- One member's flag on a post: why they think hosts should look. Nobody but hosts learns who it was.
CREATE TABLE flag (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    concern_id bigint NOT NULL REFERENCES concern,
    member_id bigint NOT NULL REFERENCES member,
    reason text NOT NULL CHECK (reason IN ('personal', 'unsafe', 'abuse', 'spam', 'off_topic', 'else')),
    note text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (concern_id, member_id)
);

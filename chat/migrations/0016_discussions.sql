ALTER TABLE topic ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE topic ADD COLUMN pinned_at timestamptz;
ALTER TABLE topic ADD COLUMN locked_at timestamptz;
ALTER TABLE topic ADD COLUMN slow_seconds integer CHECK (slow_seconds BETWEEN 1 AND 86400);
ALTER TABLE topic ADD COLUMN solved_number integer;
CREATE INDEX topic_tags ON topic USING gin (tags) WHERE tags <> '{}';

ALTER TABLE post ADD COLUMN reactions jsonb NOT NULL DEFAULT '{}';
ALTER TABLE post ADD COLUMN files jsonb NOT NULL DEFAULT '[]';
ALTER TABLE post ADD COLUMN hidden_at timestamptz;
ALTER TABLE post ADD COLUMN hidden_by bigint REFERENCES member;

CREATE TABLE following (
    member_id bigint NOT NULL REFERENCES member,
    topic_id bigint NOT NULL REFERENCES topic,
    level text NOT NULL CHECK (level IN ('watching', 'tracking', 'muted')),
    until timestamptz,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, topic_id)
);
CREATE INDEX following_topic ON following (topic_id, level);

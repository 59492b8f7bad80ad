CREATE TABLE mention (
    post_id bigint NOT NULL REFERENCES post,
    member_id bigint NOT NULL REFERENCES member,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, member_id)
);
CREATE INDEX mention_member ON mention (member_id);

CREATE TABLE reference (
    post_id bigint NOT NULL REFERENCES post,
    topic_id bigint NOT NULL REFERENCES topic,
    PRIMARY KEY (post_id, topic_id)
);
CREATE INDEX reference_topic ON reference (topic_id);

CREATE TABLE draft (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    network_id bigint REFERENCES network,
    topic_id bigint REFERENCES topic,
    parent_id bigint REFERENCES post,
    title text NOT NULL DEFAULT '',
    body text NOT NULL DEFAULT '',
    rev integer NOT NULL DEFAULT 1,
    saved_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(network_id, topic_id) = 1),
    CHECK (parent_id IS NULL OR topic_id IS NOT NULL),
    UNIQUE NULLS NOT DISTINCT (member_id, network_id, topic_id, parent_id)
);
CREATE INDEX draft_saved ON draft (saved_at);

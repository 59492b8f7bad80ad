CREATE TABLE reaction (
    post_id bigint NOT NULL REFERENCES post,
    member_id bigint NOT NULL REFERENCES member,
    kind text NOT NULL CHECK (kind IN ('thanks', 'agree', 'helpful', 'with_you', 'well_done')),
    pseudonym_id bigint REFERENCES pseudonym,
    at timestamptz NOT NULL DEFAULT now(),
    taken_back_at timestamptz,
    PRIMARY KEY (post_id, member_id, kind)
);
CREATE INDEX reaction_member ON reaction (member_id);

CREATE TABLE revision (
    post_id bigint NOT NULL REFERENCES post,
    rev integer NOT NULL,
    body text,
    written_at timestamptz NOT NULL,
    removed_at timestamptz,
    removed_by bigint REFERENCES member,
    PRIMARY KEY (post_id, rev),
    CHECK ((body IS NULL) = (removed_at IS NOT NULL))
);

ALTER TABLE topic ADD COLUMN polled_at timestamptz;

ALTER TABLE poll ALTER COLUMN drop_in_id DROP NOT NULL;
ALTER TABLE poll ADD COLUMN topic_id bigint REFERENCES topic;
ALTER TABLE poll ADD COLUMN closes_at timestamptz;
ALTER TABLE poll ADD CHECK (num_nonnulls(drop_in_id, topic_id) = 1);
CREATE UNIQUE INDEX poll_topic ON poll (topic_id) WHERE topic_id IS NOT NULL AND removed_at IS NULL;

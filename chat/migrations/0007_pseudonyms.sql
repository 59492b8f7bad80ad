-- Posts without their author's name: pseudonyms of one topic each, and what two hosts have to do to learn who wrote one.

-- The name under which a member writes in one topic without their own. It is drawn by lot, and leads nowhere else.
CREATE TABLE pseudonym (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic_id bigint NOT NULL REFERENCES topic,
    member_id bigint NOT NULL REFERENCES member,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (topic_id, member_id),
    UNIQUE (topic_id, name)
);
CREATE INDEX pseudonym_member ON pseudonym (member_id);

ALTER TABLE topic ADD COLUMN pseudonym_id bigint REFERENCES pseudonym;
ALTER TABLE post ADD COLUMN pseudonym_id bigint REFERENCES pseudonym;

-- Nobody read it, and it would say who wrote an anonymous post.
ALTER TABLE topic DROP COLUMN last_author_id;

-- A host's wish to know who wrote a post under a pseudonym, and the other host's agreement. These two may then see it.
CREATE TABLE unmasking (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id bigint NOT NULL REFERENCES post,
    asked_by bigint NOT NULL REFERENCES member,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    agreed_by bigint REFERENCES member,
    agreed_at timestamptz,
    declined_by bigint REFERENCES member,
    declined_at timestamptz,
    CHECK (agreed_by <> asked_by),
    CHECK (agreed_at IS NULL OR declined_at IS NULL)
);
CREATE UNIQUE INDEX unmasking_open ON unmasking (post_id) WHERE agreed_at IS NULL AND declined_at IS NULL;
CREATE INDEX unmasking_post ON unmasking (post_id);

-- Who was there, what they keep of it, and what a drop-in leaves behind.

ALTER TABLE membership
    ADD COLUMN retold_at timestamptz,
    ADD COLUMN unretold_at timestamptz;

-- Whoever came under the rule keeps it, whatever the series does later.
ALTER TABLE drop_in ADD COLUMN chatham_house_since timestamptz;

-- After such a drop-in nobody is named beside what was said.
ALTER TABLE topic ADD COLUMN nameless_at timestamptz;

-- When a member was in the room of a drop-in while its doors were open, the wrap-up included: stretches that do not overlap.
CREATE TABLE attendance (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    PRIMARY KEY (drop_in_id, member_id, from_at),
    CHECK (from_at < until_at)
);
CREATE INDEX attendance_member ON attendance (member_id);

-- What a member keeps of a drop-in they attended, with its name and its network's as they were then: theirs, whatever becomes of
-- their place. The note is for nobody else. What a confidential network called itself or the date is not kept.
CREATE TABLE attended (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    title text NOT NULL,
    network_name text NOT NULL,
    minutes integer NOT NULL CHECK (minutes >= 1),
    note text NOT NULL DEFAULT '',
    noted_at timestamptz,
    UNIQUE (drop_in_id, member_id)
);
CREATE INDEX attended_member ON attended (member_id);

-- What a member shows to others of what they attended, by a code that cannot be guessed. It says today what it said when it was made;
-- one that was withdrawn says nothing any more.
CREATE TABLE certificate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attended_id bigint NOT NULL REFERENCES attended,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    title text NOT NULL,
    network_name text NOT NULL,
    held_on date NOT NULL,
    minutes integer NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz
);
CREATE UNIQUE INDEX certificate_valid ON certificate (attended_id) WHERE withdrawn_at IS NULL;

-- What is written of a drop-in: drafted by the hub, changed and published by a host, as a post of the talk. Then the post is
-- what holds, and `body` what was first published.
CREATE TABLE minutes (
    drop_in_id bigint PRIMARY KEY REFERENCES drop_in,
    body text NOT NULL,
    rev integer NOT NULL DEFAULT 1,
    drafted_at timestamptz NOT NULL DEFAULT now(),
    edited_at timestamptz,
    edited_by bigint REFERENCES member,
    reminded_at timestamptz,
    published_at timestamptz,
    published_by bigint REFERENCES member,
    post_id bigint REFERENCES post
);

-- What has become of the word about a drop-in's minutes for one member who was not there: told in the page, sent as a letter.
CREATE TABLE retelling (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    told_at timestamptz NOT NULL,
    mailed_at timestamptz,
    PRIMARY KEY (drop_in_id, member_id)
);

-- The directory, what members show of themselves, announcements and the dashboard.

-- What a directory finds and sorts by: name, organisation and role without accents, and without what is hidden.
ALTER TABLE member ADD COLUMN folded text GENERATED ALWAYS AS (
        lower(translate(regexp_replace(normalize(
            name || E'\n' || CASE WHEN 'organisation' = ANY (hides) THEN '' ELSE organisation END
            || E'\n' || CASE WHEN 'role' = ANY (hides) THEN '' ELSE role END, NFKD), '[\u0300-\u036f]', '', 'g'), 'ØøŁłĐđı', 'OoLlDdi'))
    ) STORED;

ALTER TABLE membership ADD COLUMN unmailed_at timestamptz;

-- Something that a network's hosts say to all its members, in the page and by e-mail. A removed one is shown to nobody.
CREATE TABLE announcement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    author_id bigint NOT NULL REFERENCES member,
    title text NOT NULL,
    body text NOT NULL,
    html text NOT NULL,
    renderer smallint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    removed_by bigint REFERENCES member
);
CREATE INDEX announcement_network ON announcement (network_id, id);

-- What has become of an announcement for one member: told in the page, sent as a letter, dismissed.
CREATE TABLE delivery (
    announcement_id bigint NOT NULL REFERENCES announcement,
    member_id bigint NOT NULL REFERENCES member,
    told_at timestamptz,
    mailed_at timestamptz,
    dismissed_at timestamptz,
    PRIMARY KEY (announcement_id, member_id)
);

-- Posts lie in the order of their time, so that this stays as small as it is cheap.
CREATE INDEX post_created ON post USING brin (created_at);

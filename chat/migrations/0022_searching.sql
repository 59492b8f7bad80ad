ALTER TABLE post DROP COLUMN search;
ALTER TABLE topic DROP COLUMN search;

CREATE FUNCTION plain(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(words) = length(words) THEN words
        ELSE translate(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g'), 'ØøŁłĐđı', 'OoLlDdi') END;

CREATE FUNCTION prefixed(prefix text, words tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(' ' || words::text, ' ''', ' ''' || prefix)::tsvector;

CREATE TABLE findable (
    post_id bigint PRIMARY KEY REFERENCES post ON DELETE CASCADE,
    topic_id bigint NOT NULL,
    network_id bigint NOT NULL,
    author_id bigint NOT NULL,
    pseudonym_id bigint,
    at timestamptz NOT NULL,
    scope text NOT NULL,
    words tsvector NOT NULL
);

CREATE FUNCTION find_again(ids bigint[]) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    DELETE FROM findable USING post
    WHERE post_id = ANY (ids) AND post.id = post_id AND num_nonnulls(post.removed_at, post.hidden_at) > 0;
    INSERT INTO findable (post_id, topic_id, network_id, author_id, pseudonym_id, at, scope, words)
    SELECT post.id, topic.id, network.id, post.author_id, post.pseudonym_id, post.created_at, scope,
        prefixed(scope || ':', CASE WHEN number = 1
            THEN setweight(to_tsvector('english', said.title), 'A') || setweight(to_tsvector('english', said.body), 'B')
            ELSE to_tsvector('english', said.body) END)
        || CASE WHEN number = 1 THEN prefixed(scope || '^', strip(to_tsvector('simple', said.title))) ELSE '' END
        || array_to_tsvector(array_remove(ARRAY[
            scope || ':.', 'n' || network.id, 't' || topic.id,
            'm' || (extract(year FROM post.created_at AT TIME ZONE 'UTC') * 12 + extract(month FROM post.created_at AT TIME ZONE 'UTC'))::int,
            CASE WHEN post.pseudonym_id IS NULL THEN 'a' ELSE 'w' END || post.author_id,
            CASE WHEN files <> '[]' THEN '+file' END], NULL))
    FROM post JOIN topic ON topic.id = topic_id JOIN network ON network.id = network_id,
        LATERAL (SELECT CASE access WHEN 'open' THEN 'o' ELSE network.id::text END AS scope,
            plain(title) AS title, plain(regexp_replace(body, '\S{255,}', ' ', 'g')) AS body) AS said
    WHERE post.id = ANY (ids) AND num_nonnulls(post.removed_at, post.hidden_at) = 0
    ON CONFLICT (post_id) DO UPDATE SET topic_id = excluded.topic_id, network_id = excluded.network_id,
        author_id = excluded.author_id, pseudonym_id = excluded.pseudonym_id, at = excluded.at, scope = excluded.scope, words = excluded.words;
END
$$;

CREATE FUNCTION posts_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_again(array_agg(id)) FROM written;
    RETURN NULL;
END
$$;
CREATE TRIGGER posts_written AFTER INSERT ON post REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION posts_written();

CREATE FUNCTION post_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_again(ARRAY[NEW.id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER post_changed AFTER UPDATE ON post FOR EACH ROW
    WHEN ((OLD.topic_id, OLD.number, OLD.body, OLD.created_at, OLD.author_id, OLD.pseudonym_id, OLD.removed_at, OLD.hidden_at, OLD.files <> '[]')
        IS DISTINCT FROM (NEW.topic_id, NEW.number, NEW.body, NEW.created_at, NEW.author_id, NEW.pseudonym_id, NEW.removed_at, NEW.hidden_at, NEW.files <> '[]'))
    EXECUTE FUNCTION post_changed();

CREATE FUNCTION topic_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_again(array_agg(id)) FROM post
    WHERE topic_id = NEW.id AND (number = 1 OR OLD.network_id <> NEW.network_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER topic_changed AFTER UPDATE ON topic FOR EACH ROW
    WHEN ((OLD.title, OLD.network_id) IS DISTINCT FROM (NEW.title, NEW.network_id)) EXECUTE FUNCTION topic_changed();

CREATE INDEX member_name ON member USING gin (to_tsvector('simple', split_part(folded, E'\n', 1) || ' ' || handle));

SELECT find_again(array_agg(id)) FROM post HAVING count(*) > 0;
-- Made when all is there, it is made in a tenth of the time.
CREATE INDEX findable_words ON findable USING gin (words) WITH (gin_pending_list_limit = 256);

-- The database as it is today. A fresh one loads this file; an existing one gets there by
-- chat/migrations. Every table stands under the sentence that says what a row of it is.

-- One row: which database this is. A new epoch voids every cursor that clients hold. The secret signs what letters
-- carry: links that need no session.
CREATE TABLE meta (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch text NOT NULL DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 12),
    created_at timestamptz NOT NULL DEFAULT now(),
    secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
);
INSERT INTO meta DEFAULT VALUES;

-- A migration that has been applied.
CREATE TABLE migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- A live stream: its head is the number of its newest event, its floor that of the oldest still kept.
CREATE TABLE stream (
    id text PRIMARY KEY,
    network_id bigint,
    head bigint NOT NULL DEFAULT 0,
    floor bigint NOT NULL DEFAULT 1
);
INSERT INTO stream (id) VALUES ('sys'), ('looks');

-- Something that happened, by reference: what it looks like is read from the current state.
CREATE TABLE event (
    stream_id text NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    ref_id bigint NOT NULL,
    rev integer NOT NULL,
    acl_version bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream_id, seq)
);
CREATE INDEX event_at ON event (at);

-- Writes each of these facts with the next number of its stream. Locks are taken in turn: they come sorted by stream.
CREATE FUNCTION number_facts(streams text[], kinds text[], refs bigint[], revs integer[], acls bigint[], moment timestamptz)
RETURNS TABLE (number bigint, log text) LANGUAGE plpgsql AS $$
BEGIN
    SELECT meta.epoch INTO log FROM meta;
    FOR i IN 1 .. cardinality(streams) LOOP
        UPDATE stream SET head = head + 1 WHERE id = streams[i] RETURNING head INTO number;
        IF NOT FOUND THEN
            RETURN;  -- and the caller sees which is missing
        END IF;
        INSERT INTO event (stream_id, seq, kind, ref_id, rev, acl_version, at)
        VALUES (streams[i], number, kinds[i], refs[i], revs[i], acls[i], moment);
        RETURN NEXT;
    END LOOP;
END
$$;

-- A write that a client named, and its answer: a retry of the same name changes nothing.
CREATE TABLE op (
    author_id bigint NOT NULL,
    op_id text NOT NULL,
    result jsonb,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (author_id, op_id)
);
CREATE INDEX op_at ON op (at);

-- Work that a transaction left behind; whoever holds the lease does it, `tries` is the fence.
CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL UNIQUE,
    args jsonb NOT NULL DEFAULT '{}',
    run_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    tries integer NOT NULL DEFAULT 0,
    error text,
    done_at timestamptz,
    failed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX job_due ON job (run_at) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE INDEX job_done ON job (done_at) WHERE done_at IS NOT NULL;

-- A person with an account. `hides` names the parts of the profile that others don't see. `folded` is what directories
-- find and sort by: name, organisation and role without accents, and without what is hidden. Letters about drop-ins are
-- in their `language` and `zone` (empty: the drop-in's own); `unreminded` names the reminders that they want nowhere.
-- Topics are shown to them in their `topic_view` and `topic_order`.
-- A topic in which they write they follow as `on_writing` says.
-- Who was imported has no password; the account is theirs once they prove the address.
CREATE TABLE member (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle text NOT NULL UNIQUE CHECK (handle = lower(handle)),
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL,
    organisation text NOT NULL DEFAULT '',
    role text NOT NULL DEFAULT '',
    country text NOT NULL DEFAULT '',
    password_hash text,
    verified_at timestamptz,
    admin_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    hides text[] NOT NULL DEFAULT '{}',
    folded text GENERATED ALWAYS AS (
        lower(translate(regexp_replace(normalize(
            name || E'\n' || CASE WHEN 'organisation' = ANY (hides) THEN '' ELSE organisation END
            || E'\n' || CASE WHEN 'role' = ANY (hides) THEN '' ELSE role END, NFKD), '[\u0300-\u036f]', '', 'g'), 'ØøŁłĐđı', 'OoLlDdi'))
    ) STORED,
    zone text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT 'en',
    unreminded text[] NOT NULL DEFAULT '{}',
    topic_view text NOT NULL DEFAULT 'threads' CHECK (topic_view IN ('threads', 'flat')),
    topic_order text NOT NULL DEFAULT 'oldest' CHECK (topic_order IN ('oldest', 'newest')),
    on_writing text NOT NULL DEFAULT 'tracking' CHECK (on_writing IN ('watching', 'tracking', 'nothing')),
    imported_at timestamptz
);

CREATE INDEX member_name ON member USING gin (to_tsvector('simple', split_part(folded, E'\n', 1) || ' ' || handle));

-- A browser that is signed in; only a hash of its cookie is kept.
CREATE TABLE session (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    member_id bigint NOT NULL REFERENCES member,
    browser text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX session_member ON session (member_id) WHERE ended_at IS NULL;

-- A bearer token for the API; only its hash is kept.
CREATE TABLE api_token (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    member_id bigint NOT NULL REFERENCES member,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX api_token_member ON api_token (member_id);

-- A one-time key that arrives by e-mail or on the operator's screen: to verify, to reset, to be the first admin.
CREATE TABLE one_time_key (
    token_hash bytea PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('verify', 'reset', 'first_admin')),
    member_id bigint REFERENCES member,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX one_time_key_member ON one_time_key (member_id);

-- A group with its own topics, members and drop-ins. Every change of who may read bumps acl_version.
-- `members_may` names the rights that it opens to members; `questions` are asked of those who request a place. A post that
-- as many members as `hide_after_flags` flagged is hidden until a host has looked.
CREATE TABLE network (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    summary text NOT NULL DEFAULT '',
    access text NOT NULL CHECK (access IN ('open', 'restricted', 'private', 'confidential')),
    acl_version bigint NOT NULL DEFAULT 1,
    founded_by bigint NOT NULL REFERENCES member,
    created_at timestamptz NOT NULL DEFAULT now(),
    description text NOT NULL DEFAULT '',
    description_html text NOT NULL DEFAULT '',
    members_may text[] NOT NULL DEFAULT '{start_topic}',
    anonymity_since timestamptz,
    questions text[] NOT NULL DEFAULT '{}',
    invitations_outlive boolean NOT NULL DEFAULT false,
    pictured_at timestamptz,
    access_was text,
    access_changed_at timestamptz,
    hide_after_flags smallint CHECK (hide_after_flags BETWEEN 2 AND 20)
);

-- The access versions of networks, in ascending order of their ids, which do not change before the caller's
-- transaction ends. Locks are given in turn, so that whoever changes them is not passed by.
CREATE FUNCTION fence(ids bigint[]) RETURNS TABLE (id bigint, acl_version bigint) LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
BEGIN
    FOREACH one IN ARRAY ids LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('network', one));
    END LOOP;
    -- A statement of its own: it sees what was committed while we waited.
    RETURN QUERY SELECT network.id, network.acl_version FROM network WHERE network.id = ANY (ids);
END
$$;

-- A member's place in a network. It is active while it has neither ended nor been banned. Who asked to be a former
-- member is not named beside what they wrote before `former_at`; who is unlisted is in the directory for hosts alone;
-- who is unmailed gets announcements in the page alone; `unreminded` names the reminders of its drop-ins that they don't want.
-- Of drop-ins they missed the retold are always told, the unretold never, and the others of those that they meant to come
-- to, or often come to. Of its discussions the member is told all, what is `mine` (mentions, answers and the like), or nothing.
CREATE TABLE membership (
    network_id bigint NOT NULL REFERENCES network,
    member_id bigint NOT NULL REFERENCES member,
    role text NOT NULL CHECK (role IN ('owner', 'host', 'member')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    invited_by bigint REFERENCES member,
    ended_at timestamptz,
    ended_by bigint REFERENCES member,
    banned_at timestamptz,
    unlisted_at timestamptz,
    former_at timestamptz,
    unmailed_at timestamptz,
    unreminded text[] NOT NULL DEFAULT '{}',
    retold_at timestamptz,
    unretold_at timestamptz,
    told text NOT NULL DEFAULT 'mine' CHECK (told IN ('all', 'mine', 'nothing')),
    PRIMARY KEY (network_id, member_id)
);
CREATE INDEX membership_member ON membership (member_id) WHERE ended_at IS NULL AND banned_at IS NULL;
CREATE INDEX membership_told_all ON membership (network_id, member_id) WHERE told = 'all' AND ended_at IS NULL AND banned_at IS NULL;

-- A list of addresses that a host checks before anybody is invited, and then has carried out. `reached` is the number
-- of the last line that was.
CREATE TABLE invitation_batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    role text NOT NULL CHECK (role IN ('host', 'member')),
    word text NOT NULL DEFAULT '',
    made_by bigint NOT NULL REFERENCES member,
    made_at timestamptz NOT NULL DEFAULT now(),
    confirmed_by bigint REFERENCES member,
    confirmed_at timestamptz,
    stopped_at timestamptz,
    done_at timestamptz,
    reached integer NOT NULL DEFAULT 0,
    rounds integer NOT NULL DEFAULT 0
);
CREATE INDEX invitation_batch_network ON invitation_batch (network_id, id);

-- An offer of places in one network: a link for several, or an e-mail bound to its address. `letters` counts those
-- that were asked for.
CREATE TABLE invitation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    role text NOT NULL CHECK (role IN ('host', 'member')),
    email text,
    places integer NOT NULL CHECK (places BETWEEN 1 AND 100),
    uses integer NOT NULL DEFAULT 0,
    invited_by bigint NOT NULL REFERENCES member,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    sent_at timestamptz,
    revoked_at timestamptz,
    domain text,
    word text NOT NULL DEFAULT '',
    batch_id bigint REFERENCES invitation_batch,
    letters integer NOT NULL DEFAULT 0,
    letter_asked_at timestamptz,
    CHECK (uses <= places)
);
CREATE INDEX invitation_network ON invitation (network_id);
CREATE INDEX invitation_email ON invitation (email, network_id) WHERE email IS NOT NULL;
CREATE INDEX invitation_of_batch ON invitation (batch_id) WHERE batch_id IS NOT NULL;

-- A secret that opens an invitation: one for each link that was shown, one for each e-mail that was sent.
CREATE TABLE invitation_key (
    token_hash bytea PRIMARY KEY,
    invitation_id bigint NOT NULL REFERENCES invitation,
    created_at timestamptz NOT NULL DEFAULT now(),
    mailed_at timestamptz
);
CREATE INDEX invitation_key_invitation ON invitation_key (invitation_id);

-- A place that was taken: the same member opening a link again spends nothing.
CREATE TABLE admission (
    invitation_id bigint NOT NULL REFERENCES invitation,
    member_id bigint NOT NULL REFERENCES member,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (invitation_id, member_id)
);

-- A network's picture: a small square, as WebP.
CREATE TABLE picture (
    network_id bigint PRIMARY KEY REFERENCES network,
    webp bytea NOT NULL
);

-- A member's wish for a place in a network, with answers to its questions. It waits until it is decided or withdrawn,
-- or has ended: with a place by another way, a ban, or a network that has become open or confidential.
CREATE TABLE join_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    member_id bigint NOT NULL REFERENCES member,
    answers jsonb NOT NULL DEFAULT '[]',
    made_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    decided_by bigint REFERENCES member,
    decision text CHECK (decision IN ('approved', 'declined')),
    word text NOT NULL DEFAULT '',
    withdrawn_at timestamptz,
    ended_at timestamptz,
    CHECK (num_nonnulls(decided_at, withdrawn_at, ended_at) <= 1),
    CHECK (num_nonnulls(decided_at, decided_by, decision) IN (0, 3))
);
CREATE UNIQUE INDEX join_request_waiting ON join_request (network_id, member_id)
    WHERE decided_at IS NULL AND withdrawn_at IS NULL AND ended_at IS NULL;
CREATE INDEX join_request_network ON join_request (network_id, id);
CREATE INDEX join_request_member ON join_request (member_id, network_id);

-- A line of a list: what was typed, the address in it, and what becomes of it. Numbers count what stands in the list,
-- `line` is where it stands there.
CREATE TABLE batch_line (
    batch_id bigint NOT NULL REFERENCES invitation_batch,
    number integer NOT NULL,
    line integer NOT NULL,
    typed text NOT NULL,
    name text NOT NULL DEFAULT '',
    email text,
    same_as integer,
    verdict text NOT NULL CHECK (verdict IN ('invite', 'invited', 'member', 'waiting', 'repeated', 'unreadable', 'refused')),
    invitation_id bigint REFERENCES invitation,
    settled_at timestamptz,
    PRIMARY KEY (batch_id, number)
);
CREATE INDEX batch_line_verdict ON batch_line (batch_id, verdict, number);

-- The invitation that a newcomer came by: it leads them on when they confirm their address, in whichever browser.
CREATE TABLE arrival (
    member_id bigint PRIMARY KEY REFERENCES member,
    invitation_id bigint NOT NULL REFERENCES invitation,
    at timestamptz NOT NULL DEFAULT now()
);

-- A change in a network that its owners can look up: who did what to whom. Details are what they were at that moment.
CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    at timestamptz NOT NULL DEFAULT now(),
    actor_id bigint REFERENCES member,
    action text NOT NULL,
    subject_id bigint REFERENCES member,
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entry_network ON audit_entry (network_id, id);
CREATE INDEX audit_entry_action ON audit_entry (network_id, action, id);
CREATE INDEX audit_entry_subject ON audit_entry (network_id, subject_id, id);

-- What ended with a place or an access, how many of it and when. Each web process says so of the connections it let go.
CREATE TABLE receipt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audit_id bigint NOT NULL REFERENCES audit_entry,
    what text NOT NULL,
    at timestamptz NOT NULL,
    count integer NOT NULL
);
CREATE INDEX receipt_audit ON receipt (audit_id);

-- Something a member is told in the page. What may no longer be known to them is not shown. One with `parts` (the posts that
-- it tells of, or who reacted to one) is there once for its kind and `ref_id` until it is read: what comes meanwhile joins it,
-- and gives it another `turn` in the list.
CREATE TABLE notice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    kind text NOT NULL,
    network_id bigint REFERENCES network,
    actor_id bigint REFERENCES member,
    ref_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    turn bigint GENERATED BY DEFAULT AS IDENTITY,
    parts bigint[] NOT NULL DEFAULT '{}'
);
CREATE INDEX notice_member ON notice (member_id, turn);
CREATE UNIQUE INDEX notice_gathered ON notice (member_id, kind, ref_id) WHERE read_at IS NULL AND parts <> '{}';
CREATE INDEX notice_unread ON notice (member_id) WHERE read_at IS NULL;

-- A discussion. It is listed from `listed_at` on: a drop-in's talk waits for the doors to open. Once it is nameless, nobody
-- is named beside what they said in it. A pinned one stands first in its network, a locked one takes no posts but its
-- hosts', a slow one takes one from each member in so many seconds, and the post numbered `solved_number` answers it.
-- Posts from the one numbered `untold` on have been told to nobody yet; told_at says when others last were.
-- A hidden one is for hosts and its author. Of one that was merged, post n is post `merged_after` + n of the other now.
CREATE TABLE topic (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    author_id bigint NOT NULL REFERENCES member,
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    listed_at timestamptz DEFAULT now(),
    post_count integer NOT NULL DEFAULT 0,
    last_post_at timestamptz NOT NULL DEFAULT now(),
    views bigint NOT NULL DEFAULT 0,
    pseudonym_id bigint,
    nameless_at timestamptz,
    tags text[] NOT NULL DEFAULT '{}',
    pinned_at timestamptz,
    locked_at timestamptz,
    slow_seconds integer CHECK (slow_seconds BETWEEN 1 AND 86400),
    solved_number integer,
    polled_at timestamptz,
    untold integer,
    told_at timestamptz,
    hidden_at timestamptz,
    hidden_by bigint REFERENCES member,
    hidden_why text,
    merged_into bigint REFERENCES topic,
    merged_after integer
);
CREATE INDEX topic_network ON topic (network_id, last_post_at DESC);
CREATE INDEX topic_recent ON topic (last_post_at DESC);
CREATE INDEX topic_tags ON topic USING gin (tags) WHERE tags <> '{}';
CREATE INDEX topic_pinned ON topic (network_id, pinned_at) WHERE pinned_at IS NOT NULL;

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
ALTER TABLE topic ADD FOREIGN KEY (pseudonym_id) REFERENCES pseudonym;

-- A contribution. `path` holds the numbers from its root down to itself, so it sorts in thread order. Who is shown as
-- its author is said by chat/discussions/authorship.py alone: with a `pseudonym_id` it is not the author's name.
-- `reactions` (how many of each kind) and `files` (what their list shows) are kept here for its many readers; a hidden one
-- counts as removed until it is restored, and is for hosts and its author alone. One that has `moved_to` another stands
-- where that was before. The opening has turn 0; those that answer it, the roots of threads, have theirs from 1 on in the
-- order of their numbers, so that a page of them is found without counting.
CREATE TABLE post (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic_id bigint NOT NULL REFERENCES topic,
    number integer NOT NULL,
    parent_id bigint REFERENCES post,
    path integer[] NOT NULL,
    author_id bigint NOT NULL REFERENCES member,
    body text NOT NULL,
    html text NOT NULL,
    renderer smallint NOT NULL,
    rev integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    edited_at timestamptz,
    removed_at timestamptz,
    removed_by bigint REFERENCES member,
    pseudonym_id bigint REFERENCES pseudonym,
    reactions jsonb NOT NULL DEFAULT '{}',
    files jsonb NOT NULL DEFAULT '[]',
    hidden_at timestamptz,
    hidden_by bigint REFERENCES member,
    turn integer,
    hidden_why text,
    moved_to bigint REFERENCES post,
    UNIQUE (topic_id, number)
);
CREATE UNIQUE INDEX post_thread ON post (topic_id, path);
CREATE INDEX post_author ON post (author_id);
CREATE INDEX post_created ON post USING brin (created_at);
CREATE INDEX post_parent ON post (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX post_moved ON post (moved_to) WHERE moved_to IS NOT NULL;
CREATE INDEX post_turn ON post (topic_id, turn) WHERE turn IS NOT NULL;

-- Whoever inserts the root of a thread holds its topic's row, so that turns are given one by one.
CREATE FUNCTION take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.turn := (SELECT coalesce(max(turn) + 1, 0) FROM post WHERE topic_id = NEW.topic_id AND turn IS NOT NULL);
    RETURN NEW;
END
$$;
CREATE TRIGGER post_turn BEFORE INSERT ON post FOR EACH ROW WHEN (cardinality(NEW.path) = 1) EXECUTE FUNCTION take_turn();
CREATE INDEX post_renderer ON post (renderer);

-- A post names a member, by their handle; as of `at`, so that who is named by a later change can be told of it.
CREATE TABLE mention (
    post_id bigint NOT NULL REFERENCES post,
    member_id bigint NOT NULL REFERENCES member,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, member_id)
);
CREATE INDEX mention_member ON mention (member_id);

-- A post names another topic, whose title it may show: when that changes, or who may read it, the post is drawn anew.
CREATE TABLE reference (
    post_id bigint NOT NULL REFERENCES post,
    topic_id bigint NOT NULL REFERENCES topic,
    PRIMARY KEY (post_id, topic_id)
);
CREATE INDEX reference_topic ON reference (topic_id);

-- What a member has begun to write and not posted: an answer in a topic, or a new topic of a network. For them alone.
CREATE TABLE draft (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    network_id bigint REFERENCES network,
    topic_id bigint REFERENCES topic,
    parent_id bigint REFERENCES post,
    title text NOT NULL DEFAULT '',
    body text NOT NULL DEFAULT '',
    anonymous boolean NOT NULL DEFAULT false,
    rev integer NOT NULL DEFAULT 1,
    saved_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(network_id, topic_id) = 1),
    CHECK (parent_id IS NULL OR topic_id IS NOT NULL),
    UNIQUE NULLS NOT DISTINCT (member_id, network_id, topic_id, parent_id)
);
CREATE INDEX draft_saved ON draft (saved_at);

-- What a member says to a post with a word, and perhaps took back. Whoever has a pseudonym in the topic at their first one to a
-- post is shown by it there, for good: else giving it again would tell whose pseudonym it is. `post.reactions` counts them.
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

-- What a post said before it was changed, at `rev`. A host can take the text of one away for good.
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

-- Words as search compares them: without accents.
CREATE FUNCTION plain(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(words) = length(words) THEN words
        ELSE translate(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g'), 'ØøŁłĐđı', 'OoLlDdi') END;

-- Each of these words with this before it.
CREATE FUNCTION prefixed(prefix text, words tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(' ' || words::text, ' ''', ' ''' || prefix)::tsvector;

-- A post as search finds it, while it is neither removed nor hidden. Each word stands with the scope before it, `o` for all
-- open networks and else the network's id (o:fall, 12:fall), so that a search never comes by what its viewer may not read;
-- those of a title stand as they are typed as well (o^falls). And without a scope: month, network, topic, author (`w` under
-- a pseudonym), and whether there are files.
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
CREATE INDEX findable_words ON findable USING gin (words) WITH (gin_pending_list_limit = 256);

-- Brings what search finds of these posts up to date. Its plan is made once: to make it takes longer than to follow it.
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

-- Whoever writes, changes, moves or removes posts need not think of search.
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

-- How far a member has read a topic; `before` is where they were when they last said that they had read it all.
CREATE TABLE reading (
    member_id bigint NOT NULL REFERENCES member,
    topic_id bigint NOT NULL REFERENCES topic,
    number integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    before integer,
    PRIMARY KEY (member_id, topic_id)
);
CREATE INDEX reading_topic ON reading (topic_id);

-- What a member wants to hear of a topic, perhaps until a moment only: of each post (watching), how many are new (tracking)
-- or nothing (muted). Without a row it is as in its network.
CREATE TABLE following (
    member_id bigint NOT NULL REFERENCES member,
    topic_id bigint NOT NULL REFERENCES topic,
    level text NOT NULL CHECK (level IN ('watching', 'tracking', 'muted')),
    until timestamptz,
    at timestamptz NOT NULL DEFAULT now(),
    was text CHECK (was IN ('watching', 'tracking')),
    PRIMARY KEY (member_id, topic_id)
);
CREATE INDEX following_topic ON following (topic_id, level);

-- A post that a member keeps for later, with a word to themselves. They are reminded of it once, at `remind_at`.
CREATE TABLE bookmark (
    member_id bigint NOT NULL REFERENCES member,
    post_id bigint NOT NULL REFERENCES post,
    note text NOT NULL DEFAULT '',
    saved_at timestamptz NOT NULL DEFAULT now(),
    remind_at timestamptz,
    reminded_at timestamptz,
    PRIMARY KEY (member_id, post_id)
);

-- A drop-in that repeats: a rule (RFC 5545) at a wall time in a zone, but for the `skipped` dates and the bank holidays of
-- `holidays` (such as GB-ENG). One that was changed from a date on is followed by another. With a `capacity` it has that
-- many places. Since `chatham_house_since` nobody is named in what it leaves behind.
CREATE TABLE series (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    zone text NOT NULL,
    rule text NOT NULL,
    starts_on date NOT NULL,
    local_time time NOT NULL,
    minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
    place_url text NOT NULL DEFAULT '',
    host_id bigint NOT NULL REFERENCES member,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    capacity integer CHECK (capacity BETWEEN 1 AND 100000),
    holidays text NOT NULL DEFAULT '',
    skipped date[] NOT NULL DEFAULT '{}',
    chatham_house_since timestamptz,
    follows_id bigint REFERENCES series
);
CREATE INDEX series_network ON series (network_id);
CREATE INDEX series_follows ON series (follows_id) WHERE follows_id IS NOT NULL;

-- One date of a series, moved when a host gave it a time of its own. The clock says what it is; the columns lobbied, opened,
-- closed, wrapped, archived and missed say what has been announced. What is null here is as in the series. Each change
-- that calendars must hear of raises its sequence (RFC 5546), and `word` is what the host said to the last. A date to which
-- somebody came under the Chatham House rule keeps it, whatever the series does later.
CREATE TABLE drop_in (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id bigint NOT NULL REFERENCES series,
    network_id bigint NOT NULL REFERENCES network,
    topic_id bigint NOT NULL REFERENCES topic,
    local_date date NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    moved_at timestamptz,
    opened_at timestamptz,
    closed_at timestamptz,
    missed_at timestamptz,
    title text,
    description text,
    place_url text,
    capacity integer CHECK (capacity BETWEEN 1 AND 100000),
    sequence integer NOT NULL DEFAULT 0,
    word text NOT NULL DEFAULT '',
    cancelled_at timestamptz,
    cancelled_by bigint REFERENCES member,
    lobbied_at timestamptz,
    wrapped_at timestamptz,
    archived_at timestamptz,
    chatham_house_since timestamptz,
    UNIQUE (series_id, local_date),
    CHECK (opens_at < closes_at)
);
CREATE INDEX drop_in_network ON drop_in (network_id, opens_at);
CREATE INDEX drop_in_topic ON drop_in (topic_id);
CREATE INDEX drop_in_opens ON drop_in (opens_at);
CREATE INDEX drop_in_to_open ON drop_in (opens_at) WHERE opened_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX drop_in_to_close ON drop_in (closes_at) WHERE opened_at IS NOT NULL AND archived_at IS NULL AND cancelled_at IS NULL;

-- What a member answered to one date. Who said yes to a full one waits from `waiting_since` on, first in, first promoted.
-- What is not their own answer to this date is their answer to its series.
CREATE TABLE rsvp (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    answer text NOT NULL CHECK (answer IN ('yes', 'maybe', 'no')),
    answered_at timestamptz NOT NULL DEFAULT now(),
    waiting_since timestamptz CHECK (waiting_since IS NULL OR answer = 'yes'),
    own boolean NOT NULL DEFAULT true,
    PRIMARY KEY (drop_in_id, member_id)
);
CREATE INDEX rsvp_member ON rsvp (member_id);
CREATE INDEX rsvp_waiting ON rsvp (drop_in_id, waiting_since) WHERE waiting_since IS NOT NULL;

-- What a member answered to a whole series: it holds for its dates that come, until they answer to one of them.
CREATE TABLE series_rsvp (
    series_id bigint NOT NULL REFERENCES series,
    member_id bigint NOT NULL REFERENCES member,
    answer text NOT NULL CHECK (answer IN ('yes', 'maybe', 'no')),
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, member_id)
);
CREATE INDEX series_rsvp_member ON series_rsvp (member_id);

-- A reminder of a date to one member, for the time at which it is to open: one that is moved is reminded of anew. The
-- row is there before anything is sent.
CREATE TABLE reminder (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    kind text NOT NULL CHECK (kind IN ('day', 'soon', 'live')),
    opens_at timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    told_at timestamptz,
    mailed_at timestamptz,
    PRIMARY KEY (drop_in_id, kind, opens_at, member_id)
);
CREATE INDEX reminder_member ON reminder (member_id);

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

-- A question with some options, to choose one or (`several`) more of: a host's in a drop-in's room, or a topic's. `shown` says
-- when the numbers are: live, to who has voted, or when it is closed. It closes with the room's wrap-up, or at `closes_at`,
-- at the latest.
CREATE TABLE poll (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_in_id bigint REFERENCES drop_in,
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
    topic_id bigint REFERENCES topic,
    closes_at timestamptz,
    CHECK (cardinality(counts) = cardinality(options)),
    CHECK (num_nonnulls(drop_in_id, topic_id) = 1)
);
CREATE INDEX poll_drop_in ON poll (drop_in_id, id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX poll_topic ON poll (topic_id) WHERE topic_id IS NOT NULL AND removed_at IS NULL;

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

-- The secret address of a calendar feed: of one network, or of all the member's dates. Only a hash of it is kept.
CREATE TABLE calendar_feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    network_id bigint REFERENCES network,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX calendar_feed_member ON calendar_feed (member_id, coalesce(network_id, 0)) WHERE ended_at IS NULL;

-- What a member's own calendar was told of a series by letters: the number of the last one, and the series as a whole
-- if they said yes to all of it.
CREATE TABLE calendar_series (
    series_id bigint NOT NULL REFERENCES series,
    member_id bigint NOT NULL REFERENCES member,
    number integer NOT NULL DEFAULT -1,
    whole text NOT NULL DEFAULT '',
    mailed_at timestamptz,
    PRIMARY KEY (series_id, member_id)
);

-- What a member's own calendar was told of one date: the change told in the page, the one in a letter, whether the date
-- stands there and as what, and the name it goes by there: a moment of a series, or one of its own.
CREATE TABLE calendar_date (
    drop_in_id bigint NOT NULL REFERENCES drop_in,
    member_id bigint NOT NULL REFERENCES member,
    told integer NOT NULL DEFAULT -1,
    known integer NOT NULL DEFAULT -1,
    holds text CHECK (holds IN ('yes', 'maybe', 'waiting')),
    of_series bigint REFERENCES series,
    recurs_at timestamptz,
    mailed_at timestamptz,
    PRIMARY KEY (drop_in_id, member_id)
);

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

-- A file that a member has sent. The row is there before the bytes are in the store (under `key`, a picture's small copy
-- under the same and `.small`), so that what a crash leaves there is known. It is its owner's alone until it is attached to
-- a post, whose readers then get it. A removed one nobody gets; after a while its bytes go, and then the row.
CREATE TABLE file (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id bigint NOT NULL REFERENCES network,
    owner_id bigint NOT NULL REFERENCES member,
    post_id bigint REFERENCES post,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('picture', 'pdf', 'docx', 'pptx', 'xlsx')),
    size bigint NOT NULL,
    small_size bigint NOT NULL DEFAULT 0,
    sha256 bytea NOT NULL,
    width integer,
    height integer,
    key text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    stored_at timestamptz,
    attached_at timestamptz,
    removed_at timestamptz,
    CHECK (kind <> 'picture' OR num_nulls(width, height) = 0),
    CHECK (num_nulls(post_id, attached_at) IN (0, 2))
);
CREATE INDEX file_owner ON file (owner_id) INCLUDE (size, small_size);
CREATE INDEX file_network ON file (network_id, id) INCLUDE (size, small_size);
CREATE INDEX file_post ON file (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX file_waiting ON file (created_at) WHERE post_id IS NULL;
CREATE INDEX file_removed ON file (removed_at) WHERE removed_at IS NOT NULL;

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

-- What has come from another forum or from a mailing list: their name for it, and our number. Of a source that is imported
-- again nothing comes twice. A topic is whole, and listed, when its posts had come. The `site` is a mark by which another forum of the same name is told apart.
CREATE TABLE imported (
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('site', 'member', 'topic', 'post')),
    their_id text NOT NULL,
    our_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    whole_at timestamptz,
    PRIMARY KEY (source, kind, their_id)
);

-- The secret address by which a member reads the discussions of a network in a feed reader. Only a hash of it is kept.
CREATE TABLE feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    network_id bigint NOT NULL REFERENCES network,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX feed_member ON feed (member_id, network_id) WHERE ended_at IS NULL;

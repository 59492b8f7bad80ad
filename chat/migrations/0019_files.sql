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
CREATE INDEX file_network ON file (network_id) INCLUDE (size, small_size);
CREATE INDEX file_post ON file (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX file_waiting ON file (created_at) WHERE post_id IS NULL;
CREATE INDEX file_removed ON file (removed_at) WHERE removed_at IS NOT NULL;

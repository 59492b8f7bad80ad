-- Networks as their owners shape them, their audit log, and what members are told.

ALTER TABLE member ADD COLUMN hides text[] NOT NULL DEFAULT '{}';

ALTER TABLE network
    ADD COLUMN description text NOT NULL DEFAULT '',
    ADD COLUMN description_html text NOT NULL DEFAULT '',
    ADD COLUMN members_may text[] NOT NULL DEFAULT '{start_topic}',
    ADD COLUMN anonymity_since timestamptz,
    ADD COLUMN questions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN invitations_outlive boolean NOT NULL DEFAULT false,
    ADD COLUMN pictured_at timestamptz;

ALTER TABLE membership
    ADD COLUMN unlisted_at timestamptz,
    ADD COLUMN former_at timestamptz;

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

-- Something a member is told in the page. What may no longer be known to them is not shown.
CREATE TABLE notice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES member,
    kind text NOT NULL,
    network_id bigint REFERENCES network,
    actor_id bigint REFERENCES member,
    ref_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz
);
CREATE INDEX notice_member ON notice (member_id, id);
CREATE INDEX notice_unread ON notice (member_id) WHERE read_at IS NULL;

-- Invitations with a domain and a personal word, that can be sent again; lists of addresses; the way of a newcomer.

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

ALTER TABLE invitation
    ADD COLUMN domain text,
    ADD COLUMN word text NOT NULL DEFAULT '',
    ADD COLUMN batch_id bigint REFERENCES invitation_batch,
    ADD COLUMN letters integer NOT NULL DEFAULT 0,
    ADD COLUMN letter_asked_at timestamptz;
CREATE INDEX invitation_email ON invitation (email, network_id) WHERE email IS NOT NULL;
CREATE INDEX invitation_of_batch ON invitation (batch_id) WHERE batch_id IS NOT NULL;
UPDATE invitation SET letters = 1, letter_asked_at = created_at WHERE email IS NOT NULL;

ALTER TABLE invitation_key ADD COLUMN mailed_at timestamptz;

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

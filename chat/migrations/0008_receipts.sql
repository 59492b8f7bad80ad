-- When what came with a place ended, and quick ways into the audit log.

-- What ended with a place or an access, how many of it and when. Each web process says so of the connections it let go.
CREATE TABLE receipt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audit_id bigint NOT NULL REFERENCES audit_entry,
    what text NOT NULL,
    at timestamptz NOT NULL,
    count integer NOT NULL
);
CREATE INDEX receipt_audit ON receipt (audit_id);

CREATE INDEX audit_entry_action ON audit_entry (network_id, action, id);
CREATE INDEX audit_entry_subject ON audit_entry (network_id, subject_id, id);

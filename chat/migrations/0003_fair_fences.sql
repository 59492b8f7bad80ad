-- Whoever changes who may read waits no longer than for the writes that are under way: row locks that are shared
-- let one writer after the other pass by whoever wants the row alone; advisory locks are given in turn.
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

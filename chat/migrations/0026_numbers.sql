-- Facts are numbered by one call, however many streams they are of.
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

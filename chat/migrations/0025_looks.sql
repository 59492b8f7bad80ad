INSERT INTO stream (id) VALUES ('looks');

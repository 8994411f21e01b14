-- +goose Up
-- What was administered, and read or erased of persons, and by whom. Never what it held.
CREATE TABLE audit (
    workspace text NOT NULL,
    id        text NOT NULL,
    at        timestamp NOT NULL,
    act       text NOT NULL,
    object    text NOT NULL, -- the id or key of what it was done to; of a person a hash
    key_id    text NOT NULL, -- '' for what was done without a key
    name      text NOT NULL, -- the key's
    route     text NOT NULL, -- or the command
    counts    text,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX audit_at ON audit (at);

-- +goose Down
DROP TABLE audit;

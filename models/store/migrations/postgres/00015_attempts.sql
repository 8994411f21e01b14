-- +goose Up
-- Requests that were sent with an Idempotency-Key, by the API key that sent them. Rows are deleted after a day.
CREATE TABLE attempts (
    workspace       text        NOT NULL,
    posted_by       text        NOT NULL, -- the id of the API key
    key             bytea       NOT NULL, -- SHA-256 of the Idempotency-Key
    first_id        uuid        NOT NULL, -- of the first attempt: the ids of what the request stores are made of it
    latest_id       uuid        NOT NULL, -- of the latest attempt, the only one whose reply is kept
    began_at        timestamptz NOT NULL,
    under_way_until timestamptz NOT NULL, -- then it is free to be tried again, unless it says before that it lives
    reply           bytea,                 -- what was answered, sealed; NULL until it is known
    PRIMARY KEY (workspace, posted_by, key)
);
CREATE INDEX attempts_began ON attempts (workspace, began_at);

-- +goose Down
DROP TABLE attempts;

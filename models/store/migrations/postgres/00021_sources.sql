-- +goose Up
-- Webhooks of survey tools that send responses, and how they are read.
CREATE TABLE sources (
    workspace  text      NOT NULL,
    key        text      NOT NULL,
    id         uuid      NOT NULL, -- which the tool sends to
    kind       text      NOT NULL,
    name       text      NOT NULL,
    mapping    text      NOT NULL, -- JSON, as it was sent
    secret     bytea,              -- of signatures, sealed where there is a pepper; NULL until it is known
    old_secret bytea,              -- the one before, which is taken until old_until
    old_until  timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, key)
);
CREATE INDEX sources_id ON sources (id);

-- Payloads that no response could be made of. Deleted with time, and with whom they are about.
CREATE TABLE unmapped (
    workspace   text      NOT NULL,
    id          uuid      NOT NULL,
    source      uuid      NOT NULL, -- its id
    digest      text      NOT NULL, -- SHA-256 of the payload: the same is kept once
    received_at timestamptz NOT NULL,
    size        integer   NOT NULL, -- bytes
    payload     bytea NOT NULL, -- as it came, sealed where there is a pepper
    faults      bytea NOT NULL, -- why, field by field: JSON, sealed as the payload is
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX unmapped_once ON unmapped (workspace, source, digest);
CREATE INDEX unmapped_received ON unmapped (workspace, received_at);

-- +goose Down
DROP TABLE unmapped;
DROP TABLE sources;

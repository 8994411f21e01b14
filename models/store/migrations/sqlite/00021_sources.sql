-- +goose Up
-- Webhooks of survey tools that send responses, and how they are read.
CREATE TABLE sources (
    workspace  text      NOT NULL,
    key        text      NOT NULL,
    id         text      NOT NULL, -- which the tool sends to
    kind       text      NOT NULL,
    name       text      NOT NULL,
    mapping    text      NOT NULL, -- JSON, as it was sent
    secret     blob,               -- of signatures, sealed where there is a pepper; NULL until it is known
    old_secret blob,               -- the one before, which is taken until old_until
    old_until  timestamp,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    PRIMARY KEY (workspace, key)
);
CREATE INDEX sources_id ON sources (id);

-- Payloads that no response could be made of. Deleted with time, and with whom they are about.
CREATE TABLE unmapped (
    workspace   text      NOT NULL,
    id          text      NOT NULL,
    source      text      NOT NULL, -- its id
    digest      text      NOT NULL, -- SHA-256 of the payload: the same is kept once
    received_at timestamp NOT NULL,
    size        integer   NOT NULL, -- bytes
    payload     blob      NOT NULL, -- as it came, sealed where there is a pepper
    faults      blob      NOT NULL, -- why, field by field: JSON, sealed as the payload is
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX unmapped_once ON unmapped (workspace, source, digest);
CREATE INDEX unmapped_received ON unmapped (workspace, received_at);

-- +goose Down
DROP TABLE unmapped;
DROP TABLE sources;

-- +goose Up
CREATE TABLE workspaces (
    workspace  text        NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    time_zone  text        NOT NULL,
    created_at timestamp NOT NULL
);

CREATE TABLE keys (
    workspace  text        NOT NULL,
    id         text        NOT NULL,
    name       text        NOT NULL,
    hash       blob       NOT NULL,
    scopes     text       NOT NULL,
    created_at timestamp NOT NULL,
    revoked_at timestamp,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX keys_hash ON keys (hash);

CREATE TABLE metrics (
    workspace  text        NOT NULL,
    key        text        NOT NULL,
    name       text        NOT NULL,
    question   text        NOT NULL,
    audience   text        NOT NULL,
    min        integer     NOT NULL,
    max        integer     NOT NULL,
    better     text        NOT NULL,
    top        integer     NOT NULL,
    bottom     integer     NOT NULL,
    headline   text        NOT NULL,
    created_at timestamp NOT NULL,
    PRIMARY KEY (workspace, key)
);

CREATE TABLE entries (
    workspace   text        NOT NULL,
    kind        text        NOT NULL,
    key         text        NOT NULL,
    name        text        NOT NULL,
    description text        NOT NULL,
    touchpoints text,
    created_at  timestamp NOT NULL,
    updated_at  timestamp NOT NULL,
    PRIMARY KEY (workspace, kind, key)
);

CREATE TABLE responses (
    workspace     text        NOT NULL,
    id            text        NOT NULL,
    submission_id text,
    digest        blob       NOT NULL,
    survey        text        NOT NULL,
    touchpoint    text        NOT NULL,
    channel       text        NOT NULL,
    segment       text        NOT NULL,
    team          text        NOT NULL,
    person        text        NOT NULL,
    day           integer     NOT NULL, -- of collected_at in the workspace's time zone, days since 1970-01-01
    collected_at  timestamp NOT NULL,
    created_at    timestamp NOT NULL,
    language      text        NOT NULL,
    solicited     boolean,
    properties    text,
    tags          text,
    excluded      boolean     NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX responses_submission ON responses (workspace, submission_id);
CREATE INDEX responses_collected ON responses (workspace, collected_at);

-- Written and erased in one transaction with their response. No foreign key: on a table
-- without statistics PostgreSQL checks it by the wrong index, in time that grows with the square of the rows.
CREATE TABLE answers (
    workspace   text    NOT NULL,
    response_id text    NOT NULL,
    touchpoint  text    NOT NULL,
    metric      text    NOT NULL,
    score       integer NOT NULL,
    comment     text    NOT NULL,
    PRIMARY KEY (workspace, response_id, touchpoint, metric)
);

-- How many equal answers a day has, by every key. Always what the answers of
-- the responses that are not excluded add up to.
CREATE TABLE rollups (
    workspace  text    NOT NULL,
    metric     text    NOT NULL,
    day        integer NOT NULL,
    survey     text    NOT NULL,
    touchpoint text    NOT NULL,
    channel    text    NOT NULL,
    segment    text    NOT NULL,
    team       text    NOT NULL,
    score      integer NOT NULL,
    n          integer  NOT NULL,
    PRIMARY KEY (workspace, metric, day, survey, touchpoint, channel, segment, team, score)
);

-- How many answers have ever arrived. Never goes down.
CREATE TABLE arrivals (
    workspace  text    NOT NULL,
    metric     text    NOT NULL,
    touchpoint text    NOT NULL,
    segment    text    NOT NULL,
    channel    text    NOT NULL,
    category   integer NOT NULL, -- 0 top, 1 middle, 2 bottom
    n          integer  NOT NULL,
    PRIMARY KEY (workspace, metric, touchpoint, segment, channel, category)
);

-- What changed lately, for the exporters of all replicas; old rows are deleted.
CREATE TABLE revisions (
    workspace text        NOT NULL,
    id        text        NOT NULL,
    metric    text        NOT NULL, -- '' when the catalogs changed
    day       integer     NOT NULL,
    at        timestamp NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX revisions_at ON revisions (at);

-- +goose Down
DROP TABLE revisions;
DROP TABLE arrivals;
DROP TABLE rollups;
DROP TABLE answers;
DROP TABLE responses;
DROP TABLE entries;
DROP TABLE metrics;
DROP TABLE keys;
DROP TABLE workspaces;

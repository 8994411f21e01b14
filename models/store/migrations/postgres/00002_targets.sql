-- +goose Up
CREATE TABLE targets (
    workspace  text             NOT NULL,
    metric     text             NOT NULL,
    level      text             NOT NULL,
    key        text             NOT NULL, -- '' for the company
    since      integer          NOT NULL, -- the first day it holds, days since 1970-01-01
    value      double precision NOT NULL, -- points
    owner      text             NOT NULL,
    PRIMARY KEY (workspace, metric, level, key, since)
);

-- +goose Down
DROP TABLE targets;

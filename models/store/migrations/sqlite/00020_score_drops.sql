-- +goose Up
-- Drops of scores that webhooks were told of, so that each is told once. Rows are deleted after some weeks.
CREATE TABLE score_drops (
    workspace text NOT NULL,
    metric    text NOT NULL,
    level     text NOT NULL,
    key       text NOT NULL, -- '' of the company
    arm       text NOT NULL,
    day       integer NOT NULL, -- the last closed one; a drop that goes on has a row for each day
    PRIMARY KEY (workspace, metric, level, key, arm, day)
);

-- +goose Down
DROP TABLE score_drops;

-- +goose Up
-- What answers had counted to that were deleted because they are older than raw
-- answers are kept: what is stored and this together is what the rollups are.
CREATE TABLE expired (
    workspace  text    NOT NULL,
    metric     text    NOT NULL,
    day        integer NOT NULL,
    survey     text    NOT NULL,
    touchpoint text    NOT NULL,
    channel    text    NOT NULL,
    segment    text    NOT NULL,
    team       text    NOT NULL,
    score      integer NOT NULL,
    n          bigint  NOT NULL,
    PRIMARY KEY (workspace, metric, day, survey, touchpoint, channel, segment, team, score)
);

-- +goose Down
DROP TABLE expired;

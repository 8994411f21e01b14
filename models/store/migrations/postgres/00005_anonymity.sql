-- +goose Up
-- Thresholds that were raised above the least there is.
CREATE TABLE thresholds (
    workspace         text    NOT NULL PRIMARY KEY,
    employees         integer NOT NULL,
    employee_comments integer NOT NULL,
    customers         integer NOT NULL
);

-- Answers to anonymous metrics, and the comments on them. They are counted in
-- lots only, under the lot's day and keys, which stand here once they are in one.
CREATE TABLE held (
    workspace     text        NOT NULL,
    response_id   uuid        NOT NULL,
    at_touchpoint text        NOT NULL, -- the answer's own
    metric        text        NOT NULL,
    comment       boolean     NOT NULL,
    score         integer     NOT NULL,
    since         timestamptz NOT NULL,
    returned      boolean     NOT NULL,
    lot           uuid,                 -- NULL while it waits
    day           integer     NOT NULL,
    survey        text        NOT NULL,
    touchpoint    text        NOT NULL,
    channel       text        NOT NULL,
    segment       text        NOT NULL,
    team          text        NOT NULL,
    PRIMARY KEY (workspace, response_id, at_touchpoint, metric, comment)
);
CREATE INDEX held_waiting ON held (workspace, metric) WHERE lot IS NULL;
CREATE INDEX held_lot ON held (workspace, lot);
CREATE INDEX held_comments ON held (workspace, metric, day) WHERE comment;

-- Employees' answers wait from now on until they are put into lots.
INSERT INTO held
SELECT a.workspace, a.response_id, a.touchpoint, a.metric, what.comment, a.score, r.created_at, false, NULL,
       r.day, r.survey, a.touchpoint, r.channel, r.segment, r.team
FROM answers a JOIN responses r ON r.workspace = a.workspace AND r.id = a.response_id
     CROSS JOIN (SELECT false AS comment UNION ALL SELECT true) AS what
WHERE NOT r.excluded AND (a.comment <> '' OR NOT what.comment)
  AND (a.metric IN ('enps', 'pulse', 'job_satisfaction', 'ex_effectiveness', 'ex_ease', 'ex_emotion', 'ex3d')
       OR EXISTS (SELECT 1 FROM metrics m WHERE m.workspace = a.workspace AND m.key = a.metric AND m.audience = 'employee'));
DELETE FROM rollups WHERE EXISTS (SELECT 1 FROM held h WHERE h.workspace = rollups.workspace AND h.metric = rollups.metric);
DELETE FROM arrivals WHERE EXISTS (SELECT 1 FROM held h WHERE h.workspace = arrivals.workspace AND h.metric = arrivals.metric);

-- +goose Down
DROP TABLE held;
DROP TABLE thresholds;

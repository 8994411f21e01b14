-- +goose Up
-- Responses are counted beside their answers, by their own keys, as if they were answers
-- to a metric: 1 for one that may have been asked for, 0 for one given unasked. Those
-- with nothing but answers that are held are held, too.
INSERT INTO held (workspace, response_id, at_touchpoint, metric, comment, score, since, returned, day, survey, touchpoint, channel, segment, team)
SELECT workspace, id, touchpoint,
       CASE WHEN EXISTS (SELECT 1 FROM answers a WHERE a.workspace = r.workspace AND a.response_id = r.id
            AND a.metric NOT IN ('enps', 'pulse', 'job_satisfaction', 'ex_effectiveness', 'ex_ease', 'ex_emotion', 'ex3d')
            AND NOT EXISTS (SELECT 1 FROM metrics m WHERE m.workspace = a.workspace AND m.key = a.metric AND m.audience = 'employee'))
       THEN '_participation/customer' ELSE '_participation/employee' END,
       false, CASE WHEN solicited = false THEN 0 ELSE 1 END, created_at, false, day, survey, touchpoint, channel, segment, team
FROM responses r
WHERE NOT excluded AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.workspace = r.workspace AND a.response_id = r.id
      AND NOT EXISTS (SELECT 1 FROM held h WHERE h.workspace = a.workspace AND h.response_id = a.response_id
                      AND h.at_touchpoint = a.touchpoint AND h.metric = a.metric));
INSERT INTO rollups (workspace, metric, day, survey, touchpoint, channel, segment, team, score, n)
SELECT workspace, '_participation/customer', day, survey, touchpoint, channel, segment, team,
       CASE WHEN solicited = false THEN 0 ELSE 1 END AS score, COUNT(*)
FROM responses r
WHERE NOT excluded AND NOT EXISTS (SELECT 1 FROM held h WHERE h.workspace = r.workspace AND h.response_id = r.id
      AND h.metric IN ('_participation/customer', '_participation/employee'))
GROUP BY workspace, day, survey, touchpoint, channel, segment, team, CASE WHEN solicited = false THEN 0 ELSE 1 END;

-- +goose Down
DELETE FROM rollups WHERE metric IN ('_participation/customer', '_participation/employee');
DELETE FROM held WHERE metric IN ('_participation/customer', '_participation/employee');

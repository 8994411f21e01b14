-- Written by `go generate ./deploy/postgres/generate` from Mittari's own metrics, levels and statistics. Do not edit.
--
-- Views for BI tools (Grafana's PostgreSQL data source, Metabase, Power BI …) that tell the same as the API, and a role
-- that may read them and nothing else. Run it as the user that owns Mittari's tables, once and after each upgrade:
--
--   psql "$MITTARI_DATABASE_URL" --set ON_ERROR_STOP=1 --file deploy/postgres/views.sql
--
-- Then make a login for each tool: CREATE ROLE grafana LOGIN PASSWORD '…' IN ROLE mittari_reader;
--
-- The views read the tables with their owner's rights, and are security barriers: what a reader adds to a query sees no
-- row that a view leaves out. A reader sees every workspace; who may see one only gets, in place of
-- mittari_reader, the right to a view of their own: SELECT … FROM cx_scores_daily WHERE workspace = '…'.

BEGIN;

-- cx_metrics: every metric's scale, and how many answers a group must have to be shown.
CREATE OR REPLACE VIEW cx_metrics WITH (security_barrier = true) AS
SELECT s.workspace, s.metric, s.name, s.audience, s.min, s.max, s.better, s.top, s.bottom, s.headline,
       CASE s.audience WHEN 'employee' THEN COALESCE(t.employees, 5)
                       ELSE COALESCE(t.customers, 1) END AS threshold
FROM (
    SELECT w.workspace, v.*
    FROM workspaces w CROSS JOIN (VALUES
        ('ces', 'Customer Effort Score', 'customer', 1, 5, 'lower', 2, 4, 'share'),
        ('ces7', 'Customer Effort Score 2.0', 'customer', 1, 7, 'higher', 5, 3, 'share'),
        ('ces_easy', 'Easy', 'customer', 0, 1, 'higher', 1, 0, 'share'),
        ('csat', 'Customer satisfaction', 'customer', 1, 5, 'higher', 4, 2, 'share'),
        ('cx3d', 'CX3D index', 'customer', 3, 15, 'higher', 12, 6, 'mean'),
        ('ease', 'Ease', 'customer', 1, 5, 'higher', 4, 2, 'share'),
        ('effectiveness', 'Effectiveness', 'customer', 1, 5, 'higher', 4, 2, 'share'),
        ('emotion', 'Emotion', 'customer', 1, 5, 'higher', 4, 2, 'share'),
        ('enps', 'Employee Net Promoter Score', 'employee', 0, 10, 'higher', 9, 6, 'net'),
        ('ex3d', 'EX3D index', 'employee', 3, 15, 'higher', 12, 6, 'mean'),
        ('ex_ease', 'Employee ease', 'employee', 1, 5, 'higher', 4, 2, 'share'),
        ('ex_effectiveness', 'Employee effectiveness', 'employee', 1, 5, 'higher', 4, 2, 'share'),
        ('ex_emotion', 'Employee emotion', 'employee', 1, 5, 'higher', 4, 2, 'share'),
        ('expectation', 'Expectation', 'customer', 1, 5, 'higher', 4, 2, 'net'),
        ('fcr', 'First contact resolution', 'customer', 0, 1, 'higher', 1, 0, 'share'),
        ('job_satisfaction', 'Job satisfaction', 'employee', 1, 5, 'higher', 4, 2, 'share'),
        ('nps', 'Net Promoter Score', 'customer', 0, 10, 'higher', 9, 6, 'net'),
        ('pulse', 'Employee pulse', 'employee', 1, 5, 'higher', 4, 2, 'share')
    ) AS v (metric, name, audience, min, max, better, top, bottom, headline)
    WHERE NOT EXISTS (SELECT 1 FROM metrics own WHERE own.workspace = w.workspace AND own.key = v.metric)
    UNION ALL
    SELECT workspace, key, name, audience, min, max, better, top, bottom, headline FROM metrics
) AS s
LEFT JOIN thresholds t ON t.workspace = s.workspace;

-- mittari_histograms: each group's answers of each day, added up, of however few. Not for readers.
-- steps and squares are the sums of the answers' distances from the scale's least value, and of their squares.
CREATE OR REPLACE VIEW mittari_histograms AS
SELECT c.workspace, c.metric, c.day, c.level, c.key, SUM(c.n)::bigint AS n,
       COALESCE(SUM(c.n) FILTER (WHERE CASE m.better WHEN 'higher' THEN c.score >= m.top ELSE c.score <= m.top END), 0)::bigint AS top,
       COALESCE(SUM(c.n) FILTER (WHERE CASE m.better WHEN 'higher' THEN c.score <= m.bottom ELSE c.score >= m.bottom END), 0)::bigint AS bottom,
       SUM(c.n * (c.score - m.min)) AS steps, SUM(c.n * (c.score - m.min) * (c.score - m.min)) AS squares
FROM (
    SELECT workspace, metric, day, 'company' AS level, '' AS key, score, n FROM rollups
    UNION ALL
    SELECT workspace, metric, day, 'survey', survey, score, n FROM rollups WHERE survey <> ''
    UNION ALL
    SELECT workspace, metric, day, 'touchpoint', touchpoint, score, n FROM rollups WHERE touchpoint <> ''
    UNION ALL
    SELECT workspace, metric, day, 'channel', channel, score, n FROM rollups WHERE channel <> ''
    UNION ALL
    SELECT workspace, metric, day, 'segment', segment, score, n FROM rollups WHERE segment <> ''
    UNION ALL
    SELECT workspace, metric, day, 'team', team, score, n FROM rollups WHERE team <> ''
    UNION ALL
    SELECT r.workspace, r.metric, r.day, 'journey', j.key, r.score, r.n
    FROM entries j
    CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(j.touchpoints) WHEN 'array' THEN j.touchpoints ELSE '[]' END) AS on_it (touchpoint)
    JOIN rollups r ON r.workspace = j.workspace AND r.touchpoint = on_it.touchpoint
    WHERE j.kind = 'journey'
) AS c
JOIN cx_metrics m ON m.workspace = c.workspace AND m.metric = c.metric
GROUP BY c.workspace, c.metric, c.day, c.level, c.key
HAVING SUM(c.n) > 0;

-- mittari_scores: every group's score and what an answer's worth varies by, of groups that may be shown. Not for readers.
-- net: adjusted Wald (Rocks 2016). share: Wilson. mean: Student's t, none for one answer or no variance.
-- variance is that of one answer with the pseudo-answers that company models reckon with.
CREATE OR REPLACE VIEW mittari_scores AS
SELECT h.workspace, h.metric, h.day, h.level, h.key, h.n, h.top, h.bottom, m.headline, m.min + f.mean AS mean,
       CASE m.headline WHEN 'net' THEN 100 * (f.top - f.bottom) / f.n
                       WHEN 'share' THEN 100 * f.top / f.n
                       ELSE f.points END AS score,
       CASE m.headline WHEN 'net' THEN 100 * a.wald
                       WHEN 'share' THEN 100 * (a.wilson_upper - a.wilson_lower) / (2 * 1.9599639845400536)
                       ELSE a.student END AS stderr,
       CASE m.headline WHEN 'net' THEN GREATEST(-100, 100 * (f.centre - 1.9599639845400536 * a.wald))
                       WHEN 'share' THEN 100 * a.wilson_lower
                       WHEN 'mean' THEN CASE WHEN a.student > 0 THEN GREATEST(0, f.points - a.quantile * a.student) END END AS lower,
       CASE m.headline WHEN 'net' THEN LEAST(100, 100 * (f.centre + 1.9599639845400536 * a.wald))
                       WHEN 'share' THEN 100 * a.wilson_upper
                       WHEN 'mean' THEN CASE WHEN a.student > 0 THEN LEAST(100, f.points + a.quantile * a.student) END END AS upper,
       CASE m.headline
           WHEN 'net' THEN (1e4 * (f.top + f.bottom) + 1.5e4) / (f.n + 3) - (100 * (f.top - f.bottom) / (f.n + 3)) ^ 2
           WHEN 'share' THEN (1e4 * f.top + 5e3 * 1.9599639845400536 ^ 2) / (f.n + 1.9599639845400536 ^ 2) - ((100 * f.top + 50 * 1.9599639845400536 ^ 2) / (f.n + 1.9599639845400536 ^ 2)) ^ 2
           ELSE (f.unit ^ 2 * h.squares::float8 + 2e4 * (2 * f.size - 1) / (6 * (f.size - 1))) / (f.n + 2)
                - ((f.unit * h.steps::float8 + 100) / (f.n + 2)) ^ 2
       END AS variance
FROM mittari_histograms h
JOIN cx_metrics m ON m.workspace = h.workspace AND m.metric = h.metric
CROSS JOIN LATERAL (
    SELECT h.n::float8 AS n, h.top::float8 AS top, h.bottom::float8 AS bottom, h.steps::float8 / h.n AS mean,
           (h.top - h.bottom)::float8 / (h.n + 3) AS centre, h.top::float8 / h.n AS share,
           100.0::float8 / (m.max - m.min) AS unit, (m.max - m.min + 1)::float8 AS size,
           CASE m.better WHEN 'higher' THEN 100.0::float8 * h.steps::float8 / h.n / (m.max - m.min)
                         ELSE 100 - 100.0::float8 * h.steps::float8 / h.n / (m.max - m.min) END AS points
) AS f
CROSS JOIN LATERAL (
    SELECT SQRT((f.top + f.bottom + 1.5) / (f.n + 3) - f.centre ^ 2) / SQRT(f.n + 3) AS wald,
           CASE WHEN h.top = 0 THEN 0 ELSE GREATEST(0, (f.share + 1.9599639845400536 ^ 2 / (2 * f.n) - 1.9599639845400536 * SQRT(f.share * (1 - f.share) / f.n + 1.9599639845400536 ^ 2 / (4 * f.n ^ 2)))
                                                       / (1 + 1.9599639845400536 ^ 2 / f.n)) END AS wilson_lower,
           CASE WHEN h.top = h.n THEN 1 ELSE LEAST(1, (f.share + 1.9599639845400536 ^ 2 / (2 * f.n) + 1.9599639845400536 * SQRT(f.share * (1 - f.share) / f.n + 1.9599639845400536 ^ 2 / (4 * f.n ^ 2)))
                                                      / (1 + 1.9599639845400536 ^ 2 / f.n)) END AS wilson_upper,
           CASE WHEN h.n > 1 AND h.n * h.squares > h.steps ^ 2
                THEN f.unit * SQRT((h.n * h.squares - h.steps ^ 2)::float8 / (f.n - 1)) / f.n END AS student,
           -- Student's t: by table, and from 300 degrees of freedom on by its expansion at infinity.
           CASE WHEN h.n BETWEEN 2 AND 300 + 1
                THEN (ARRAY[12.706204736174692, 4.302652729749462, 3.182446305283708, 2.7764451051977934, 2.570581835636315, 2.4469118511449692, 2.364624251592785, 2.3060041352041662, 2.262157162798205, 2.2281388519862744, 2.2009851600916392, 2.178812829667228, 2.1603686564627926, 2.1447866879178026, 2.1314495455597733, 2.1199052992212533, 2.109815577833316, 2.1009220402410373, 2.09302405440831, 2.0859634472658626, 2.0796138447276817, 2.0738730679040236, 2.068657610419049, 2.063898561628026, 2.059538552753296, 2.0555294386428717, 2.051830516480288, 2.0484071417952427, 2.045229642132703, 2.042272456301239, 2.0395134463964077, 2.0369333434601002, 2.03451529744934, 2.032244509317718, 2.030107928250342, 2.0280940009804476, 2.02619246302911, 2.024394163911968, 2.0226909200367618, 2.0210753903062724, 2.019540970441375, 2.018081702818444, 2.0166921992278275, 2.0153675744437596, 2.0141033888808506, 2.012895598919422, 2.0117405137297695, 2.0106347576242305, 2.009575237129236, 2.008559112100763, 2.0075837703158395, 2.006646805061684, 2.00574599531787, 2.004879288188058, 2.004044783289141, 2.0032407188478785, 2.0024654592910127, 2.0017174841452365, 2.00099537808827, 2.000297822014258, 1.999623584994948, 1.998971517033377, 1.9983405425207454, 1.997729654317696, 1.9971379083920036, 1.99656441895232, 1.9960083540253033, 1.9954689314298502, 1.9949454151072261, 1.9944371117711908, 1.9939433678456306, 1.9934635666618747, 1.9929971258898582, 1.992543495180938, 1.9921021540022412, 1.9916726096446704, 1.9912543953883735, 1.9908470688116964, 1.9904502102301354, 1.9900634212544432, 1.9896863234569173, 1.9893185571365752, 1.9889597801751628, 1.9886096669757192, 1.988267907477218, 1.9879342062390224, 1.987608281589075, 1.9872898648311785, 1.9869786995062773, 1.9866745407037754, 1.9863771544186248, 1.9860863169511318, 1.9858018143458045, 1.985523441866601, 1.9852510035054887, 1.9849843115224548, 1.9847231860139818, 1.9844674545084786, 1.984216951586406, 1.983971518523563, 1.9837310029555963, 1.983495258562878, 1.983264144773464, 1.9830375264837177, 1.9828152737950502, 1.9825972617654932, 1.9823833701756812, 1.9821734833077325, 1.981967489736483, 1.9817652821323481, 1.9815667570749245, 1.981371814876289, 1.9811803594146635, 1.980992297975848, 1.9808075411038883, 1.9806260024590976, 1.9804475986834114, 1.9802722492729705, 1.9800998764569153, 1.9799304050824589, 1.9797637625053792, 1.9795998784866464, 1.9794386850932961, 1.9792801166048382, 1.9791241094237972, 1.978970601990616, 1.9788195347028388, 1.978670849837838, 1.97852449147925, 1.978380405447038, 1.9782385392303545, 1.9780988419241314, 1.9779612641677262, 1.9778257580871288, 1.9776922772392542, 1.9775607765589311, 1.9774312123081579, 1.9773035420276284, 1.9771777244903646, 1.9770537196570799, 1.9769314886342504, 1.976810993632844, 1.9766921979298084, 1.9765750658304393, 1.9764595626329167, 1.9763456545938112, 1.9762333088953192, 1.9761224936137574, 1.9760131776891714, 1.9759053308966235, 1.9757989238179436, 1.9756939278152674, 1.9755903150052487, 1.9754880582343342, 1.9753871310551232, 1.975287507703438, 1.9751891630765785, 1.9750920727120735, 1.9749962127674503, 1.9749015600008297, 1.9748080917518023, 1.9747157859237656, 1.9746246209663787, 1.9745345758584338, 1.9744456300924333, 1.9743577636580218, 1.9742709570280252, 1.9741851911433141, 1.9741004473989787, 1.974016707630977, 1.9739339541030843, 1.973852169494532, 1.9737713368875125, 1.9736914397560734, 1.9736124619543687, 1.9735343877060958, 1.9734572015937901, 1.9733808885488273, 1.973305433841463, 1.9732308230715592, 1.9731570421591322, 1.973084077335932, 1.9730119151362564, 1.97294054238936, 1.972869946210901, 1.9728001139954374, 1.9727310334088828, 1.9726626923813007, 1.972595079099649, 1.9725281820013174, 1.9724619897672269, 1.9723964913155638, 1.9723316757957567, 1.9722675325821357, 1.9722040512684411, 1.9721412216620333, 1.9720790337784797, 1.9720174778362953, 1.9719565442517968, 1.9718962236338866, 1.9718365067798647, 1.9717773846699758, 1.9717188484634343, 1.9716608894937826, 1.9716034992644866, 1.9715466694452004, 1.9714903918673357, 1.971434658520255, 1.9713794615475153, 1.971324793243355, 1.9712706460485765, 1.9712170125477668, 1.971163885465225, 1.9711112576623497, 1.9710591221336393, 1.9710074720044402, 1.9709563005273807, 1.9709056010795103, 1.9708553671594975, 1.9708055923848884, 1.9707562704894397, 1.970707395320407, 1.9706589608358065, 1.9706109611023632, 1.9705633902927089, 1.9705162426831238, 1.9704695126514933, 1.970423194674529, 1.9703772833261335, 1.9703317732750474, 1.9702866592828094, 1.9702419362015853, 1.970197598972518, 1.9701536426236694, 1.9701100622681194, 1.9700668531021164, 1.9700240104035578, 1.969981529529928, 1.96993940591691, 1.969897635076698, 1.9698562125961252, 1.9698151341354015, 1.9697743954267808, 1.9697339922723631, 1.969693920543529, 1.9696541761789497, 1.9696147551832832, 1.969575653626056, 1.969536867640365, 1.9694983934211825, 1.969460227224519, 1.9694223653662692, 1.9693848042205702, 1.9693475402192306, 1.9693105698498456, 1.9692738896557065, 1.9692374962336605, 1.9692013862339246, 1.9691655563583423, 1.96913000336021, 1.9690947240421734, 1.9690597152565519, 1.969024973903237, 1.9689904969296965, 1.9689562813295123, 1.9689223241414937, 1.9688886224492805, 1.968855173380295, 1.9688219741045163, 1.9687890218342667, 1.9687563138232833, 1.9687238473655717, 1.968691619795302, 1.9686596284854976, 1.968627870847477, 1.9685963443306562, 1.968565046420864, 1.9685339746408044, 1.9685031265484465, 1.9684724997370489, 1.9684420918341068, 1.968411900501006, 1.9683819234323536, 1.9683521583551362, 1.96832260302877, 1.968293255243831, 1.96826411282182, 1.9682351736148642, 1.9682064355045108, 1.9681778964022703, 1.968149554247806, 1.9681214070096535, 1.9680934526837541, 1.9680656892940305, 1.9680381148904968, 1.9680107275503276, 1.9679835253761966, 1.9679565064968543, 1.967929669065667, 1.9679030112610514]::float8[])[h.n - 1]
                WHEN h.n > 1
                THEN 1.9599639845400536 + 2.3722712302985607 / (f.n - 1) ^ 1 + 2.8224986157396086 / (f.n - 1) ^ 2 + 2.555849679507719 / (f.n - 1) ^ 3 + 1.5895340533938196 / (f.n - 1) ^ 4 END AS quantile
) AS a
WHERE m.threshold <= 1 OR h.n >= m.threshold;

-- cx_scores_daily: the score of each day, for the company (key ''), and by survey, touchpoint, channel, segment, team and journey, as
-- GET /v1/scores tells it with interval=day. Days without answers, and groups too small to be shown, are not there. A score of
-- more than a day is not the mean of its days: add up top, middle and bottom, or ask the API.
-- A company's score by its model (model = true) has the coverage of the model's weight, 0.5 to 1.
CREATE OR REPLACE VIEW cx_scores_daily WITH (security_barrier = true) AS
SELECT s.workspace, DATE '1970-01-01' + s.day AS day, s.metric, s.level, s.key, s.n, s.score, s.stderr, s.lower, s.upper, s.mean,
       s.top, s.n - s.top - s.bottom AS middle, s.bottom, false AS model, NULL::float8 AS coverage
FROM mittari_scores s
WHERE s.level <> 'company' OR NOT EXISTS (SELECT 1 FROM company_models c WHERE c.workspace = s.workspace AND c.metric = s.metric)
UNION ALL
SELECT x.workspace, DATE '1970-01-01' + x.day, x.metric, 'company', '', x.n, x.score, SQRT(x.variance),
       GREATEST(CASE x.headline WHEN 'net' THEN -100 ELSE 0 END, x.score - 1.9599639845400536 * SQRT(x.variance)), LEAST(100, x.score + 1.9599639845400536 * SQRT(x.variance)), x.mean,
       x.top, x.n - x.top - x.bottom, x.bottom, true, x.coverage
FROM (
    SELECT s.workspace, s.day, s.metric, s.headline, SUM(s.n)::bigint AS n, SUM(s.top)::bigint AS top, SUM(s.bottom)::bigint AS bottom,
           SUM(w.weight * s.score) / SUM(w.weight) AS score, SUM(w.weight ^ 2 * s.variance / s.n) / SUM(w.weight) ^ 2 AS variance,
           SUM(w.weight * s.mean) / SUM(w.weight) AS mean, SUM(w.weight) / w.whole AS coverage
    FROM (
        SELECT c.workspace, c.metric, c.level, g.key, g.value::float8 AS weight,
               SUM(g.value::float8) OVER (PARTITION BY c.workspace, c.metric) AS whole
        FROM company_models c CROSS JOIN LATERAL jsonb_each_text(c.weights) AS g
    ) AS w
    JOIN mittari_scores s ON s.workspace = w.workspace AND s.metric = w.metric AND s.level = w.level AND s.key = w.key
    GROUP BY s.workspace, s.day, s.metric, s.headline, w.whole
) AS x
WHERE x.coverage >= 0.5;

-- mittari_kpi_figures: every KPI's figure for each group and period length, and of how many people it is. Not for readers.
-- Of the observations of one grain, the coarsest that covers the period, as models.KPIRollup does it.
CREATE OR REPLACE VIEW mittari_kpi_figures AS
SELECT DISTINCT ON (whole.workspace, whole.kpi, whole.level, whole.key, whole.period, whole.start) whole.*
FROM (
    SELECT part.workspace, part.kpi, part.adds_up, part.level, part.key, part.grain, part.keys, l.whole AS period, at.start, at.next,
           SUM(part.value) AS value, SUM(part.weighted) AS weighted, SUM(part.size) AS size, MIN(part.people) AS people
    FROM (
        SELECT o.workspace, o.kpi, k.adds_up, o.period, DATE '1970-01-01' + o.start AS start, o.grain, o.keys, g.level, g.key,
               SUM(o.value) AS value, SUM(o.weighted) AS weighted, SUM(o.size) AS size,
               SUM(CASE WHEN k.kind <> 'employee' THEN o.people
                        WHEN k.unit = '{employee}' AND k.adds_up <> 'mean' THEN LEAST(o.people, o.value)
                        WHEN o.people < 'Infinity' THEN o.people ELSE 0 END) AS people
        FROM (
            SELECT workspace, kpi, period, start, touchpoint, channel, segment, team, value,
                   COALESCE(size * value, 0) AS weighted, COALESCE(size, 0) AS size, COALESCE(size, 'Infinity') AS people,
                   CONCAT_WS('+', CASE WHEN touchpoint <> '' THEN 'touchpoint' END, CASE WHEN channel <> '' THEN 'channel' END, CASE WHEN segment <> '' THEN 'segment' END, CASE WHEN team <> '' THEN 'team' END) AS grain,
                   (touchpoint <> '')::integer + (channel <> '')::integer + (segment <> '')::integer + (team <> '')::integer AS keys
            FROM observations WHERE replaced_at IS NULL AND person = ''
            UNION ALL
            SELECT workspace, kpi, period, start, '', '', '', '', SUM(value),
                   COALESCE(SUM(size * value), 0), COALESCE(SUM(size), 0), COUNT(*)::float8, 'person', 5
            FROM observations WHERE replaced_at IS NULL AND person <> '' GROUP BY workspace, kpi, period, start
        ) AS o
        JOIN kpis k ON k.workspace = o.workspace AND k.key = o.kpi AND (k.kind <> 'employee' OR o.grain IN ('', 'team'))
        CROSS JOIN LATERAL (VALUES ('company', ''), ('touchpoint', o.touchpoint), ('channel', o.channel), ('segment', o.segment), ('team', o.team)) AS g (level, key)
        WHERE g.level = 'company' OR g.key <> ''
        GROUP BY o.workspace, o.kpi, k.adds_up, o.period, o.start, o.grain, o.keys, g.level, g.key
    ) AS part
    JOIN (VALUES('day', 'day', INTERVAL '1 day', INTERVAL '1 day', 1), ('day', 'week', INTERVAL '1 day', INTERVAL '7 days', NULL), ('day', 'month', INTERVAL '1 day', INTERVAL '1 month', NULL), ('day', 'quarter', INTERVAL '1 day', INTERVAL '3 months', NULL), ('day', 'year', INTERVAL '1 day', INTERVAL '1 year', NULL), ('week', 'week', INTERVAL '7 days', INTERVAL '7 days', 1), ('month', 'month', INTERVAL '1 month', INTERVAL '1 month', 1), ('month', 'quarter', INTERVAL '1 month', INTERVAL '3 months', 3), ('month', 'year', INTERVAL '1 month', INTERVAL '1 year', 12), ('quarter', 'quarter', INTERVAL '3 months', INTERVAL '3 months', 1), ('quarter', 'year', INTERVAL '3 months', INTERVAL '1 year', 4), ('year', 'year', INTERVAL '1 year', INTERVAL '1 year', 1)) AS l (part, whole, part_length, whole_length, parts) ON l.part = part.period
    CROSS JOIN LATERAL (SELECT DATE_TRUNC(l.whole, part.start::timestamp)::date AS start,
                               (DATE_TRUNC(l.whole, part.start::timestamp) + l.whole_length)::date AS next) AS at
    WHERE part.adds_up <> 'last' OR (part.start::timestamp + l.part_length)::date = at.next
    GROUP BY part.workspace, part.kpi, part.adds_up, part.level, part.key, part.grain, part.keys, l.whole, l.parts, at.start, at.next
    HAVING part.adds_up = 'last' OR COUNT(*) = COALESCE(l.parts, at.next - at.start)
) AS whole
ORDER BY whole.workspace, whole.kpi, whole.level, whole.key, whole.period, whole.start, whole.keys, whole.grain COLLATE "C";

-- cx_kpis: what each KPI was in each day, week, month, quarter and year that its observations cover, for the company (key '')
-- and by touchpoint, channel, segment, team, as the API tells it. size is what a mean is weighted by.
-- Of employees' KPIs there is the company's figure only, where it is of enough people: which teams must be
-- hidden so that none can be found by subtraction is more than a view can tell. The API tells those of teams.
CREATE OR REPLACE VIEW cx_kpis WITH (security_barrier = true) AS
SELECT f.workspace, f.kpi, k.name, k.kind, k.unit, k.better, f.period, f.start, f.level, f.key,
       (CASE k.adds_up WHEN 'mean' THEN f.weighted / NULLIF(f.size, 0) ELSE f.value END)::numeric::float8 AS value, -- to 15 digits
       CASE WHEN k.adds_up = 'mean' AND k.kind <> 'employee' THEN f.size::numeric::float8 END AS size
FROM mittari_kpi_figures f
JOIN kpis k ON k.workspace = f.workspace AND k.key = f.kpi
LEFT JOIN thresholds t ON t.workspace = f.workspace
WHERE k.kind <> 'employee' OR f.level = 'company' AND f.people >= COALESCE(t.employees, 5)
      AND NOT EXISTS ( -- a part of the period that is too small, which the other parts would tell
          SELECT 1 FROM mittari_kpi_figures p
          WHERE p.workspace = f.workspace AND p.kpi = f.kpi AND p.level = 'company' AND p.people < COALESCE(t.employees, 5)
                AND (p.period, f.period) IN (('day', 'week'), ('day', 'month'), ('day', 'quarter'), ('day', 'year'), ('month', 'quarter'), ('month', 'year'), ('quarter', 'year'))
                AND p.start >= f.start AND p.next <= f.next AND (k.adds_up <> 'last' OR p.next = f.next));

-- cx_answers: every answer that may be shown by itself, without the person, what was said, the submission's id, and what
-- else the sender wrote (tags, properties). Answers to anonymous metrics, those of employees among them, are
-- not there, nor are those of excluded responses.
CREATE OR REPLACE VIEW cx_answers WITH (security_barrier = true) AS
SELECT r.workspace, r.id AS response_id, r.collected_at, DATE '1970-01-01' + r.day AS day, a.metric, a.score,
       CASE WHEN CASE m.better WHEN 'higher' THEN a.score >= m.top ELSE a.score <= m.top END THEN 'top'
            WHEN CASE m.better WHEN 'higher' THEN a.score <= m.bottom ELSE a.score >= m.bottom END THEN 'bottom'
            ELSE 'middle' END AS category,
       NULLIF(r.survey, '') AS survey, NULLIF(a.touchpoint, '') AS touchpoint, NULLIF(r.channel, '') AS channel, NULLIF(r.segment, '') AS segment, NULLIF(r.team, '') AS team, NULLIF(r.language, '') AS language, r.solicited
FROM responses r
JOIN answers a ON a.workspace = r.workspace AND a.response_id = r.id
JOIN cx_metrics m ON m.workspace = a.workspace AND m.metric = a.metric
WHERE NOT r.excluded AND m.threshold <= 1;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'mittari_reader') THEN
        CREATE ROLE mittari_reader NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- somebody else has just made it
END
$$;
DO $$
BEGIN
    EXECUTE FORMAT('GRANT USAGE ON SCHEMA %I TO mittari_reader', CURRENT_SCHEMA());
END
$$;
REVOKE ALL ON mittari_histograms, mittari_scores, mittari_kpi_figures FROM PUBLIC;
REVOKE ALL ON cx_metrics, cx_scores_daily, cx_kpis, cx_answers FROM PUBLIC;
GRANT SELECT ON cx_metrics, cx_scores_daily, cx_kpis, cx_answers TO mittari_reader;

COMMIT;

-- +goose Up
-- Who was asked, one by one. Rows are deleted once the rest period that they are kept for is over.
CREATE TABLE invitations (
    workspace     text NOT NULL,
    id            uuid NOT NULL,
    invitation_id text,
    person        text NOT NULL,
    audience      text NOT NULL,
    survey        text NOT NULL,
    touchpoint    text NOT NULL,
    channel       text NOT NULL,
    segment       text NOT NULL,
    team          text NOT NULL,
    day           integer NOT NULL, -- of invited_at in the workspace's time zone, days since 1970-01-01
    invited_at    timestamptz NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX invitations_given ON invitations (workspace, invitation_id);
CREATE INDEX invitations_person ON invitations (workspace, person, day);
CREATE INDEX invitations_day ON invitations (workspace, day);

-- How many were asked, by who says so: what the rollups of invitations add up to.
CREATE TABLE invited (
    workspace  text NOT NULL,
    day        integer NOT NULL,
    audience   text NOT NULL,
    survey     text NOT NULL,
    touchpoint text NOT NULL,
    channel    text NOT NULL,
    segment    text NOT NULL,
    team       text NOT NULL,
    source     text NOT NULL, -- a sender's name, or _persons for those asked one by one
    n          bigint NOT NULL,
    most       bigint NOT NULL, -- that n has ever been
    PRIMARY KEY (workspace, day, audience, survey, touchpoint, channel, segment, team, source)
);

-- How many were ever asked. Never goes down.
CREATE TABLE invitation_arrivals (
    workspace  text NOT NULL,
    audience   text NOT NULL,
    survey     text NOT NULL,
    touchpoint text NOT NULL,
    channel    text NOT NULL,
    segment    text NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (workspace, audience, survey, touchpoint, channel, segment)
);

CREATE TABLE invitation_policies (
    workspace             text NOT NULL PRIMARY KEY,
    rest_days             integer NOT NULL,
    rest_days_same_survey integer NOT NULL
);

-- +goose Down
DROP TABLE invitation_policies;
DROP TABLE invitation_arrivals;
DROP TABLE invited;
DROP TABLE invitations;
DELETE FROM rollups WHERE metric IN ('_participation/customer', '_participation/employee') AND score = 2;

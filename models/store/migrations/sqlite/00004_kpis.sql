-- +goose Up
CREATE TABLE kpis (
    workspace   text NOT NULL,
    key         text NOT NULL,
    name        text NOT NULL,
    description text NOT NULL,
    kind        text NOT NULL,
    unit        text NOT NULL,
    better      text NOT NULL,
    adds_up     text NOT NULL,
    yes_no      boolean NOT NULL,
    created_at  timestamp NOT NULL,
    updated_at  timestamp NOT NULL,
    PRIMARY KEY (workspace, key)
);

-- The one length of period that a KPI's observations with these keys have, so that none overlap.
CREATE TABLE kpi_grains (
    workspace text NOT NULL,
    kpi       text NOT NULL,
    grain     text NOT NULL, -- '' for the company, 'person', or the names of the keys joined by +
    period    text NOT NULL,
    PRIMARY KEY (workspace, kpi, grain)
);

-- Bitemporal: a figure holds from recorded_at to replaced_at, and now while that is NULL.
CREATE TABLE observations (
    workspace   text NOT NULL,
    kpi         text NOT NULL,
    id          text NOT NULL,
    period      text NOT NULL,
    start       integer NOT NULL, -- the first day of the period, days since 1970-01-01
    touchpoint  text NOT NULL,
    channel     text NOT NULL,
    segment     text NOT NULL,
    team        text NOT NULL,
    person      text NOT NULL,
    value       real NOT NULL,
    size        real,
    recorded_at timestamp NOT NULL,
    replaced_at timestamp,
    PRIMARY KEY (workspace, kpi, id)
);
CREATE UNIQUE INDEX observations_current
    ON observations (workspace, kpi, period, start, touchpoint, channel, segment, team, person) WHERE replaced_at IS NULL;
CREATE INDEX observations_person ON observations (workspace, person, kpi) WHERE person <> '';

CREATE TABLE kpi_targets (
    workspace text NOT NULL,
    kpi       text NOT NULL,
    period    text NOT NULL,
    level     text NOT NULL,
    key       text NOT NULL, -- '' for the company
    since     integer NOT NULL, -- the first day it holds, days since 1970-01-01
    value     real NOT NULL,
    owner     text NOT NULL,
    PRIMARY KEY (workspace, kpi, period, level, key, since)
);

-- +goose Down
DROP TABLE kpi_targets;
DROP TABLE observations;
DROP TABLE kpi_grains;
DROP TABLE kpis;

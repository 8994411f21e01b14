package main

// fault is something that happens to a server.
type fault struct {
	name, told string
	on         []kind
	replicas   int                // servers on the database; 0: one
	counted    bool               // it strikes -kills times, not for -seconds
	answers    bool               // whatever is stored is answered
	prepare    func(*trial) error // before there is a database; may be nil
	between    func(*trial) error // puts something between the database and the server; may be nil
	strike     func(*trial) error // once, and takes away what it did
}

// faults are all there are.
func faults() []fault {
	both := []kind{sqlite, postgres}
	return []fault{
		{name: "kill", told: "the server is killed (kill -9), -kills times", on: both, counted: true, strike: (*trial).killServer},
		{name: "term", told: "the server is asked to stop (SIGTERM) under load, and has to answer what is under way", on: both, answers: true, strike: (*trial).terminateServer},
		{name: "replicas", told: "one of two replicas on one database is killed", on: both, replicas: 2, strike: (*trial).killServer},
		{name: "postgres", told: "PostgreSQL is stopped or crashes, and starts again", on: []kind{postgres}, strike: (*trial).restartPostgres},
		{name: "network", told: "the connection to PostgreSQL is cut, reset, slow, in pieces, silent", on: []kind{postgres}, between: (*trial).putProxy, strike: (*trial).disturb},
		{name: "disk", told: "the disk of the database and of temporary files is full; half of the time the server is killed meanwhile", on: both, prepare: (*trial).onSmallDisk, strike: (*trial).fillDisk},
		{name: "queue", told: "the database is locked by somebody else until the queue is full", on: both, prepare: (*trial).withShortQueue, strike: (*trial).lockDatabase},
		{name: "clock", told: "the server's clock is set back by an hour, and forward again; half of the time the server is restarted meanwhile", on: both, prepare: (*trial).withClock, strike: (*trial).setBack},
		{name: "readonly", told: "the SQLite file can't be written to; half of the time the server is killed meanwhile", on: []kind{sqlite}, prepare: (*trial).canProtect, strike: (*trial).protect},
	}
}

package store

// migrations bring a database from one version to the next, in the words of
// SQLite; the engine's types make PostgreSQL's of them. One that has been released
// is never changed: what comes after it is another.
var migrations = []string{
	// 1: learners, what they said and what came of it.
	`CREATE TABLE classes (
		id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, code TEXT NOT NULL, created INTEGER NOT NULL
	);
	CREATE TABLE learners (
		-- never used again, as it also chooses the learner's user ids
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		class INTEGER NOT NULL REFERENCES classes(id) ON DELETE CASCADE,
		name TEXT NOT NULL, joined INTEGER NOT NULL, seen INTEGER NOT NULL,
		salt BLOB, word BLOB,
		UNIQUE (class, name)
	);
	CREATE TABLE keys (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		key BLOB NOT NULL,
		PRIMARY KEY (learner, key)
	) WITHOUT ROWID;
	CREATE TABLE progress (
		learner INTEGER PRIMARY KEY REFERENCES learners(id) ON DELETE CASCADE,
		file BLOB NOT NULL, saved INTEGER NOT NULL
	);
	CREATE TABLE steps (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL, step TEXT NOT NULL,
		done INTEGER, outcome TEXT NOT NULL, hints INTEGER NOT NULL, solution INTEGER NOT NULL,
		PRIMARY KEY (learner, lesson, step)
	) WITHOUT ROWID;
	CREATE TABLE predictions (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL, step TEXT NOT NULL,
		said TEXT NOT NULL, happened TEXT NOT NULL,
		PRIMARY KEY (learner, lesson, step)
	) WITHOUT ROWID;
	CREATE TABLE attempts (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL,
		first TEXT NOT NULL, latest TEXT NOT NULL, tries INTEGER NOT NULL,
		PRIMARY KEY (learner, lesson, step, kind)
	) WITHOUT ROWID;`,
	// 2: several servers. A learner is at one of them, and wanted by another at
	// most; all of them have the same host key.
	`ALTER TABLE learners ADD COLUMN server INTEGER;
	ALTER TABLE learners ADD COLUMN wanted INTEGER;
	CREATE TABLE host_key (
		one INTEGER PRIMARY KEY, pem BLOB NOT NULL
	);`,
	// 3: what the class is asked, and what learners have said to it. Each change
	// takes the next revision of its room, and what it touches is marked with that.
	`CREATE TABLE rooms (
		class INTEGER PRIMARY KEY REFERENCES classes(id) ON DELETE CASCADE,
		revision INTEGER NOT NULL,
		-- the latest invitation; 0 is none
		invited INTEGER NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL
	);
	INSERT INTO rooms (class, revision, invited, lesson, step) SELECT id, 0, 0, '', '' FROM classes;
	CREATE TABLE held (
		class INTEGER NOT NULL REFERENCES classes(id) ON DELETE CASCADE,
		lesson TEXT NOT NULL,
		PRIMARY KEY (class, lesson)
	) WITHOUT ROWID;
	CREATE TABLE polls (
		class INTEGER NOT NULL REFERENCES classes(id) ON DELETE CASCADE,
		number INTEGER NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL,
		asked INTEGER NOT NULL, ended INTEGER,
		PRIMARY KEY (class, number)
	) WITHOUT ROWID;
	CREATE TABLE seats (
		learner INTEGER PRIMARY KEY REFERENCES learners(id) ON DELETE CASCADE,
		revision INTEGER NOT NULL, hand INTEGER NOT NULL, since INTEGER NOT NULL,
		-- where the learner's screen was last; NULL where none has said so
		lesson TEXT, step TEXT
	);
	CREATE TABLE messages (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		number INTEGER NOT NULL, words TEXT NOT NULL,
		PRIMARY KEY (learner, number)
	) WITHOUT ROWID;
	CREATE TABLE answers (
		learner INTEGER NOT NULL REFERENCES learners(id) ON DELETE CASCADE,
		poll INTEGER NOT NULL, said TEXT NOT NULL,
		PRIMARY KEY (learner, poll)
	) WITHOUT ROWID;`,
}

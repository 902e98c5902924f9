-- Teachers, their classes and who is in them. Instants are microseconds since 1970 (UTC).

CREATE TABLE classes (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    teacher_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT   NOT NULL,
    description   TEXT,
    grade_level   TEXT,
    subject       TEXT,
    school_year   TEXT,
    is_active     INTEGER NOT NULL DEFAULT TRUE,
    -- What a child types to be in it; NULL: there is none.
    code          TEXT UNIQUE,
    date_created  INTEGER NOT NULL,
    date_updated  INTEGER NOT NULL
);
CREATE INDEX classes_by_teacher ON classes (teacher_id, date_created DESC, id DESC);

-- A student is in one class of a teacher at most. Pending links grant nothing.
CREATE TABLE class_links (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    teacher_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    student_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL: the teacher's student, in no class. Deleting a class leaves its people here.
    class_id      INTEGER REFERENCES classes (id) ON DELETE SET NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'pending', 'ended')),
    notes         TEXT,
    created_at    INTEGER NOT NULL,
    confirmed_at  INTEGER,  -- NULL unless somebody who may has said yes, and nobody no since
    declined_at   INTEGER,  -- since when the family says no: the teacher may ask again after a while
    UNIQUE (teacher_id, student_id)
);
CREATE INDEX class_links_by_student ON class_links (student_id, status);
CREATE INDEX class_links_by_class ON class_links (class_id) WHERE class_id IS NOT NULL;
-- On which days somebody read. It does what the index of users alone did, too.
CREATE INDEX story_reads_by_reader ON story_reads (user_id, date_read);
DROP INDEX story_reads_by_user;
INSERT INTO sqlite_sequence (name, seq) VALUES ('classes', 999999), ('class_links', 999999);

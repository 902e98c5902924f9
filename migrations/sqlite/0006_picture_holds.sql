-- Pictures that somebody else than a story needs: what the canvases of a room look like, until a story is made of it.

CREATE TABLE picture_holds (
    -- A name that the holder chooses; one picture each.
    holder      TEXT NOT NULL PRIMARY KEY,
    picture_id  INTEGER NOT NULL REFERENCES pictures (id)
) WITHOUT ROWID;
CREATE INDEX picture_holds_by_picture ON picture_holds (picture_id);

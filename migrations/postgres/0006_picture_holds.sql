-- Pictures that somebody else than a story needs: what the canvases of a room look like, until a story is made of it.

CREATE TABLE picture_holds (
    -- A name that the holder chooses; one picture each.
    holder      text COLLATE "C" NOT NULL PRIMARY KEY,
    picture_id  bigint NOT NULL REFERENCES pictures (id)
);
CREATE INDEX picture_holds_by_picture ON picture_holds (picture_id);

-- Where the user stands with each document: its tags, how far the work on it has come, and how sure its chapters are.

-- The tags of documents. A tag is there as long as a document has it; a `/` in it makes one tag lie within another.
CREATE TABLE document_tags (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    tag         TEXT    NOT NULL COLLATE NOCASE CHECK (tag <> ''),
    PRIMARY KEY (document_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_tags_by_tag ON document_tags (tag);

-- How far the work on a document has come; one without a row is unread.
CREATE TABLE document_work (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    state       TEXT    NOT NULL CHECK (state IN ('in_work', 'checked'))
) STRICT;

-- How well the chapters found are likely to agree with a reader's; NULL if the engine does not tell. It can be worked
-- out from the scores at any time and is kept because a list of ten thousand documents shows it.
CREATE TABLE document_confidence (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    confidence  REAL CHECK (confidence BETWEEN 0 AND 1)
) STRICT;

-- What is said of chapters is forgotten when they change, whoever changes them.
CREATE TRIGGER confidence_of_added_chapters AFTER INSERT ON chapters WHEN new.layer = 'found' BEGIN
    DELETE FROM document_confidence WHERE document_id = new.document_id;
END;
CREATE TRIGGER confidence_of_removed_chapters AFTER DELETE ON chapters WHEN old.layer = 'found' BEGIN
    DELETE FROM document_confidence WHERE document_id = old.document_id;
END;
CREATE TRIGGER confidence_of_moved_chapters AFTER UPDATE OF first_unit ON chapters WHEN new.layer = 'found' BEGIN
    DELETE FROM document_confidence WHERE document_id = new.document_id;
END;

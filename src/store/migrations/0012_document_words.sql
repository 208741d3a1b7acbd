-- The words of a document as they were counted for topics, so that its text need not be read again. What they were counted
-- of stands in them: those of other chapters say nothing. They can be counted anew at any time.
CREATE TABLE document_words (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    words       BLOB    NOT NULL
) STRICT;

-- What a file says of itself: its language (a code of ISO 639), author, and day (YYYY, YYYY-MM or YYYY-MM-DD).
ALTER TABLE documents ADD COLUMN language TEXT CHECK (language <> '');
ALTER TABLE documents ADD COLUMN author TEXT CHECK (author <> '');
ALTER TABLE documents ADD COLUMN date TEXT CHECK (date GLOB '[0-9][0-9][0-9][0-9]*');

-- What else it says, in the order of the file. A name may occur more than once.
CREATE TABLE document_fields (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    field_index INTEGER NOT NULL CHECK (field_index >= 0),
    name        TEXT    NOT NULL CHECK (name <> ''),
    value       TEXT    NOT NULL CHECK (value <> ''),
    PRIMARY KEY (document_id, field_index)
) STRICT, WITHOUT ROWID;

-- Where the pages of the file begin in its text. Pages without text are left out; a unit is on the last page that has
-- begun where it begins.
CREATE TABLE pages (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    page_index  INTEGER NOT NULL CHECK (page_index >= 0),
    -- From 1, as a viewer counts the pages.
    page_number INTEGER NOT NULL CHECK (page_number >= 1),
    start_byte  INTEGER NOT NULL CHECK (start_byte >= 0),
    PRIMARY KEY (document_id, page_index)
) STRICT, WITHOUT ROWID;

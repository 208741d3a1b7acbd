-- The vector that a document is compared with to tell how strongly it bears a topic: the terms (stems) that stand out in
-- the topic's documents, their parts of a vector of length 1, and the logarithm of one over the share of the documents
-- that hold the term, the same for all topics. Topics of before have none: documents added later bear them once they
-- are mined again.
CREATE TABLE topic_profiles (
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    term     TEXT    NOT NULL,
    value    REAL    NOT NULL CHECK (value > 0),
    idf      REAL    NOT NULL CHECK (idf >= 0),
    PRIMARY KEY (topic_id, term)
) STRICT, WITHOUT ROWID;

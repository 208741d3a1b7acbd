//! What was typed, read as a query.
//!
//! ```text
//! any      = all (OR all)*
//! all      = near ((AND)? near | (AND)? NOT near)*
//! near     = piece (NEAR[/n] piece)*
//! piece    = ( any ) | NEAR( (,* phrase)+ [, n] ) | title: piece | phrase
//! phrase   = word[*] | "words"[*]
//! ```
//!
//! Operators are in capitals, as in `SQLite`'s FTS5; unlike there, `NOT` takes away from all that stands beside it, so
//! `a NOT b c` means `a c NOT b`. Curly quotes are quotes. What has no letter and no digit is passed over.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::iter::Peekable;
use std::vec::IntoIter;

use crate::store::{FtsQuery, Phrase};
use crate::words::{self, Analyzer, Language};

/// The most characters read of what was typed.
const MAX_CHARS: usize = 2_000;

/// The most words or phrases looked for at once.
const MAX_TERMS: usize = 64;

/// The most parentheses within each other.
const MAX_DEPTH: usize = 8;

/// How many words may stand between the words of a `NEAR` that does not say; as FTS5 has it.
const NEAR_WORDS: u32 = 10;

/// The words that are operators where they stand in capitals.
const OPERATORS: [&str; 4] = ["AND", "OR", "NOT", "NEAR"];

/// What was typed, as it was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    expression: Option<FtsQuery>,
    explanation: Option<String>,
    /// Whether `AND` was written out somewhere: then all that it joins is wanted, and nothing less.
    has_and: bool,
}

impl Query {
    /// Returns what to look for, or nothing if what was typed has no word in it.
    pub fn expression(&self) -> Option<&FtsQuery> {
        self.expression.as_ref()
    }

    /// Returns why this is not quite what was typed, if so: lower case, no full stop.
    pub fn explanation(&self) -> Option<&str> {
        self.explanation.as_deref()
    }

    /// Returns the query written out with its operators. [`parse`] reads it as the same expression, of which all is wanted then:
    /// an `AND` that is written out is meant.
    pub fn understood_as(&self) -> String {
        let mut written = String::new();
        if let Some(expression) = &self.expression {
            write_query(&mut written, expression, false);
        }
        written
    }

    /// Returns the words, with a space between each two, if the query is for words side by side and nothing else: no
    /// phrase, no beginning of a word, no operator.
    pub fn plain_words(&self) -> Option<String> {
        if self.has_and {
            return None;
        }
        let words = match self.expression.as_ref()? {
            one @ FtsQuery::Phrase(_) => std::slice::from_ref(one),
            FtsQuery::All(words) => words,
            _ => return None,
        };
        let plain: Option<Vec<&str>> = words
            .iter()
            .map(|word| match word {
                FtsQuery::Phrase(phrase) if !phrase.is_prefix && !phrase.words.contains(char::is_whitespace) => {
                    Some(phrase.words.as_str())
                }
                _ => None,
            })
            .collect();
        plain.map(|words| words.join(" "))
    }

    /// Returns the query with its last word taken for the beginning of one, if it is for words side by side and nothing
    /// else.
    pub fn begun_word(&self) -> Option<Self> {
        self.plain_words()?;
        let mut expression = self.expression.clone()?;
        let last = match &mut expression {
            FtsQuery::Phrase(phrase) => phrase,
            FtsQuery::All(words) => match words.last_mut()? {
                FtsQuery::Phrase(phrase) => phrase,
                _ => return None,
            },
            _ => return None,
        };
        last.is_prefix = true;
        Some(Self { expression: Some(expression), explanation: self.explanation.clone(), has_and: false })
    }

    /// Returns the query for any of the words, if this one is for all of two or more words and nothing else, and no `AND` says
    /// that all of them are wanted.
    ///
    /// Stop words are left out, unless there is nothing else.
    pub fn any_word(&self) -> Option<Self> {
        let Some(FtsQuery::All(words)) = self.expression.as_ref().filter(|_| !self.has_and) else { return None };
        let typed: Vec<&Phrase> = words
            .iter()
            .map(|word| match word {
                FtsQuery::Phrase(phrase) => Some(phrase),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let all_typed: String = typed.iter().flat_map(|phrase| [phrase.words.as_str(), " "]).collect();
        let analyzer = Analyzer::new(Language::guess(&all_typed));
        let says_much = |phrase: &&Phrase| !analyzer.is_stop_word(&words::fold(&phrase.words));
        let mut kept: Vec<&Phrase> = typed.iter().copied().filter(says_much).collect();
        if kept.is_empty() {
            kept = typed;
        }
        let listed = list(kept.iter().map(|phrase| phrase.words.as_str()));
        Some(Self {
            expression: Some(one_or(FtsQuery::Any, kept.into_iter().cloned().map(FtsQuery::Phrase).collect())),
            explanation: Some(match &self.explanation {
                Some(first) => format!("{first}; no chapter has all of them: searched for any of {listed}"),
                None => format!("no chapter has all the words: searched for any of {listed}"),
            }),
            has_and: false,
        })
    }
}

/// Reads what was typed. Never fails: what is no query is read as plain words, and [`Query::explanation`] says so.
pub fn parse(typed: &str) -> Query {
    let (text, is_cut) = match typed.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => (&typed[..end], true),
        None => (typed, false),
    };
    let (expression, has_and, trouble) = match expression_of(text) {
        Ok((expression, has_and)) => (expression, has_and, None),
        Err(reason) => (plain_words(text), false, Some(reason)),
    };
    let explanation = match (&expression, trouble) {
        (None, None) => Some("there is no word to search for".to_owned()),
        (None, Some(reason)) => Some(format!("{reason}: there is no word to search for")),
        (Some(words), Some(reason)) => Some(format!("{reason}: searched for the words {}", list(words_of(words)))),
        (Some(_), None) => None,
    };
    let explanation = match (is_cut, explanation) {
        (true, Some(explanation)) => Some(format!("only the first {MAX_CHARS} characters were read; {explanation}")),
        (true, None) => Some(format!("only the first {MAX_CHARS} characters were read")),
        (false, explanation) => explanation,
    };
    Query { expression, explanation, has_and }
}

/// Why what was typed is no query.
type Trouble = &'static str;

/// A piece of what was typed.
#[derive(Debug, PartialEq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(Option<u32>),
    Title,
    /// In the parentheses of `NEAR( )` only; elsewhere it belongs to its word.
    Comma,
    Phrase(Phrase),
}

/// Returns what to look for, and whether `AND` is written out in it.
fn expression_of(text: &str) -> Result<(Option<FtsQuery>, bool), Trouble> {
    let tokens = lex(text)?;
    if tokens.iter().filter(|token| matches!(token, Token::Phrase(_))).count() > MAX_TERMS {
        return Err("too many words to search for at once");
    }
    if tokens.is_empty() {
        return Ok((None, false));
    }
    let has_and = tokens.contains(&Token::And);
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    let query = parser.any()?;
    match parser.tokens.next() {
        None => Ok((Some(query), has_and)),
        Some(Token::Close) => Err("a parenthesis is closed that was not opened"),
        Some(_) => Err("two operators stand side by side"),
    }
}

fn lex(text: &str) -> Result<Vec<Token>, Trouble> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let is_in_list = is_in_near_list(&tokens);
        rest = match first {
            '(' => {
                tokens.push(Token::Open);
                after
            }
            ')' => {
                tokens.push(Token::Close);
                after
            }
            _ if is_quote(first) => {
                let (words, after) = after.split_once(is_quote).ok_or("unbalanced quote")?;
                let unstarred = after.strip_prefix('*');
                push_phrase(&mut tokens, words, unstarred.is_some());
                unstarred.unwrap_or(after)
            }
            ',' if is_in_list => {
                tokens.push(Token::Comma);
                after
            }
            _ if is_gap(first) => after,
            _ => {
                let ends = |c| is_gap(c) || is_quote(c) || matches!(c, '(' | ')') || c == ',' && is_in_list;
                let end = rest.find(ends).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                let starts_title = word.get(..TITLE.len()).is_some_and(|start| start.eq_ignore_ascii_case(TITLE));
                if starts_title {
                    tokens.push(Token::Title);
                    &rest[TITLE.len()..]
                } else {
                    push_word(&mut tokens, word);
                    after
                }
            }
        };
    }
    Ok(tokens)
}

/// Returns whether the last parenthesis so far is the open one of a `NEAR(`.
fn is_in_near_list(tokens: &[Token]) -> bool {
    let last = tokens.iter().rposition(|token| matches!(token, Token::Open | Token::Close));
    last.is_some_and(|last| tokens[last] == Token::Open && last > 0 && matches!(tokens[last - 1], Token::Near(None)))
}

const TITLE: &str = "title:";

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„')
}

/// A NUL and its like part words as a space does.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

fn push_word(tokens: &mut Vec<Token>, word: &str) {
    match word {
        "AND" => tokens.push(Token::And),
        "OR" => tokens.push(Token::Or),
        "NOT" => tokens.push(Token::Not),
        "NEAR" => tokens.push(Token::Near(None)),
        _ => {
            if let Some(Ok(within)) = word.strip_prefix("NEAR/").map(str::parse) {
                tokens.push(Token::Near(Some(within)));
                return;
            }
            // In `lamp*, sea` the comma is not the word's.
            let starred = Some(word.trim_end_matches(',')).filter(|word| word.ends_with('*'));
            push_phrase(tokens, starred.unwrap_or(word).trim_end_matches('*'), starred.is_some());
        }
    }
}

fn push_phrase(tokens: &mut Vec<Token>, words: &str, is_prefix: bool) {
    if words.chars().any(char::is_alphanumeric) {
        tokens.push(Token::Phrase(Phrase { words: words.to_owned(), is_prefix }));
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<FtsQuery, Trouble> {
        let mut queries = vec![self.all()?];
        while self.tokens.next_if_eq(&Token::Or).is_some() {
            queries.push(self.all()?);
        }
        Ok(one_or(FtsQuery::Any, queries))
    }

    /// Reads what stands side by side. Kept flat however long it is: the nesting of a query is that of its parentheses.
    fn all(&mut self) -> Result<FtsQuery, Trouble> {
        let mut wanted = vec![self.near()?];
        let mut unwanted = Vec::new();
        loop {
            let is_and = self.tokens.next_if_eq(&Token::And).is_some();
            if self.tokens.next_if_eq(&Token::Not).is_some() {
                unwanted.push(self.near()?);
            } else if is_and || !matches!(self.tokens.peek(), None | Some(Token::Or | Token::Close)) {
                wanted.push(self.near()?);
            } else {
                break;
            }
        }
        let wanted = one_or(FtsQuery::All, wanted);
        if unwanted.is_empty() {
            return Ok(wanted);
        }
        Ok(FtsQuery::Without(Box::new(wanted), Box::new(one_or(FtsQuery::Any, unwanted))))
    }

    fn near(&mut self) -> Result<FtsQuery, Trouble> {
        let mut pieces = vec![self.piece()?];
        let mut within = None;
        while let Some(Token::Near(words)) = self.tokens.next_if(|token| matches!(token, Token::Near(_))) {
            within = within.max(words);
            pieces.push(self.piece()?);
        }
        if let [_] = pieces[..] {
            return Ok(pieces.remove(0));
        }
        let phrases = pieces.into_iter().map(|piece| match piece {
            FtsQuery::Phrase(phrase) => Ok(phrase),
            _ => Err("NEAR stands between words or phrases only"),
        });
        near_each_other(phrases.collect::<Result<_, _>>()?, within)
    }

    fn piece(&mut self) -> Result<FtsQuery, Trouble> {
        match self.tokens.next() {
            Some(Token::Phrase(phrase)) => Ok(FtsQuery::Phrase(phrase)),
            Some(Token::Near(None)) if self.tokens.next_if_eq(&Token::Open).is_some() => self.near_list(),
            Some(Token::Open) => self.deeper(|parser| {
                let query = parser.any()?;
                match parser.tokens.next() {
                    Some(Token::Close) => Ok(query),
                    _ => Err("unbalanced parenthesis"),
                }
            }),
            Some(Token::Title) => Ok(FtsQuery::InTitle(Box::new(self.deeper(Self::piece)?))),
            Some(Token::Close) => Err("unbalanced parenthesis"),
            Some(Token::And | Token::Or | Token::Not | Token::Near(_) | Token::Comma) | None => {
                Err("an operator has no word beside it")
            }
        }
    }

    /// Reads the rest of `NEAR(one two, 5)`.
    fn near_list(&mut self) -> Result<FtsQuery, Trouble> {
        let (mut phrases, mut within, mut is_after_comma) = (Vec::new(), None, false);
        loop {
            match self.tokens.next() {
                Some(Token::Comma) => is_after_comma = true,
                Some(Token::Phrase(phrase)) if within.is_none() => {
                    match phrase.words.parse() {
                        Ok(words) if is_after_comma => within = Some(words),
                        _ => phrases.push(phrase),
                    }
                    is_after_comma = false;
                }
                Some(Token::Close) if !phrases.is_empty() => break,
                _ => return Err(NEAR_HOLDS),
            }
        }
        near_each_other(phrases, within)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Trouble>) -> Result<T, Trouble> {
        if self.depth == MAX_DEPTH {
            return Err("too many parentheses within each other");
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }
}

const NEAR_HOLDS: Trouble = "NEAR( ) holds words or phrases, and a number after a comma";

/// Returns the query for phrases near each other. Commas in them say nothing but what a space does, and there may be nothing
/// else in one.
fn near_each_other(mut phrases: Vec<Phrase>, within: Option<u32>) -> Result<FtsQuery, Trouble> {
    for phrase in &mut phrases {
        if phrase.words.contains(',') {
            phrase.words = phrase.words.replace(',', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }
    phrases.retain(|phrase| 0 < words::count(&phrase.words));
    if phrases.is_empty() { Err(NEAR_HOLDS) } else { Ok(FtsQuery::Near(phrases, within.unwrap_or(NEAR_WORDS))) }
}

/// Returns the only query, or what `of_several` makes of them.
fn one_or(of_several: impl FnOnce(Vec<FtsQuery>) -> FtsQuery, mut queries: Vec<FtsQuery>) -> FtsQuery {
    match queries[..] {
        [_] => queries.remove(0),
        _ => of_several(queries),
    }
}

/// Reads any text as words to look for, each once, operators left out.
fn plain_words(text: &str) -> Option<FtsQuery> {
    let mut seen = HashSet::new();
    let words: Vec<FtsQuery> = words::tokens(text)
        // A quotation mark may stand within a word in Hebrew, and a mark above what is no letter makes that a part of the word.
        .flat_map(|token| token.text.split('"'))
        .map(|word| word.trim_start_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty() && !OPERATORS.contains(word))
        .filter(|word| seen.insert(words::fold(word)))
        .take(MAX_TERMS)
        .map(|word| FtsQuery::Phrase(Phrase { words: word.to_owned(), is_prefix: false }))
        .collect();
    if words.is_empty() { None } else { Some(one_or(FtsQuery::All, words)) }
}

/// Returns the words of a query made by [`plain_words`].
fn words_of(query: &FtsQuery) -> Vec<&str> {
    match query {
        FtsQuery::Phrase(phrase) => vec![&phrase.words],
        FtsQuery::All(queries) => queries.iter().flat_map(words_of).collect(),
        _ => Vec::new(),
    }
}

/// Lists words for a sentence: the first few, and how many more there are.
fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let words: Vec<&str> = words.into_iter().collect();
    let shown = words[..words.len().min(SHOWN)].join(", ");
    match words.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn write_query(out: &mut String, query: &FtsQuery, is_inside: bool) {
    match query {
        FtsQuery::Phrase(phrase) => write_phrase(out, phrase),
        FtsQuery::Near(phrases, within) => {
            out.push_str("NEAR(");
            for phrase in phrases {
                write_phrase(out, phrase);
                out.push(' ');
            }
            out.pop();
            let _ = write!(out, ", {within})");
        }
        FtsQuery::All(queries) => write_several(out, queries, " AND ", is_inside),
        FtsQuery::Any(queries) => write_several(out, queries, " OR ", is_inside),
        FtsQuery::Without(query, other) => {
            out.push_str(if is_inside { "(" } else { "" });
            write_query(out, query, true);
            out.push_str(" NOT ");
            write_query(out, other, true);
            out.push_str(if is_inside { ")" } else { "" });
        }
        FtsQuery::InTitle(query) => {
            out.push_str(TITLE);
            write_query(out, query, true);
        }
    }
}

fn write_several(out: &mut String, queries: &[FtsQuery], operator: &str, is_inside: bool) {
    out.push_str(if is_inside { "(" } else { "" });
    for (index, query) in queries.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { operator });
        write_query(out, query, true);
    }
    out.push_str(if is_inside { ")" } else { "" });
}

fn write_phrase(out: &mut String, phrase: &Phrase) {
    let words = &phrase.words;
    // Quotes only where they are needed to be read as the same.
    let is_bare = lex(words) == Ok(vec![Token::Phrase(Phrase { words: words.clone(), is_prefix: false })]);
    let star = if phrase.is_prefix { "*" } else { "" };
    let _ = if is_bare { write!(out, "{words}{star}") } else { write!(out, "\"{words}\"{star}") };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fails if `typed` is not understood as `expected` without a word of explanation.
    #[track_caller]
    fn check(typed: &str, expected: &str) {
        let query = parse(typed);
        assert_eq!((query.understood_as().as_str(), query.explanation()), (expected, None));
    }

    /// Fails if `typed` is not understood as `expected`, with an explanation that begins like that.
    #[track_caller]
    fn check_explained(typed: &str, expected: &str, explanation: &str) {
        let query = parse(typed);
        assert_eq!(query.understood_as(), expected);
        assert!(query.explanation().is_some_and(|said| said.starts_with(explanation)), "{:?}", query.explanation());
    }

    #[test]
    fn words_side_by_side_are_all_looked_for() {
        check("tide  turns\tnoon", "tide AND turns AND noon");
        check("tide", "tide");
        check("tide AND turns", "tide AND turns");
    }

    #[test]
    fn quotes_keep_words_together_and_stars_let_them_go_on() {
        check("\"high tide\" lamp*", "\"high tide\" AND lamp*");
        check("“high tide”", "\"high tide\"");
        check("\"high ti\"*", "\"high ti\"*");
        check("lamp*, tide", "lamp* AND tide");
        check("\"lamp\"", "lamp");
        check("\"AND\" and", "\"AND\" AND and");
    }

    #[test]
    fn and_binds_tighter_than_or_and_parentheses_tighter_still() {
        check("a OR b c", "a OR (b AND c)");
        check("(a OR b) c", "(a OR b) AND c");
        check("((((a))))", "a");
    }

    #[test]
    fn not_takes_away_from_all_that_stands_beside_it() {
        check("a NOT b", "a NOT b");
        check("a AND NOT b c", "(a AND c) NOT b");
        check("a NOT b NOT c", "a NOT (b OR c)");
        check("x OR a NOT (b c)", "x OR (a NOT (b AND c))");
    }

    #[test]
    fn near_is_read_in_all_its_forms() {
        check("a NEAR b", "NEAR(a b, 10)");
        check("a NEAR/3 \"b c\"", "NEAR(a \"b c\", 3)");
        check("NEAR(a b, 5)", "NEAR(a b, 5)");
        check("NEAR(a b,5)", "NEAR(a b, 5)");
        check("NEAR(a b ,5)", "NEAR(a b, 5)");
        check("NEAR(a,, b,, c)", "NEAR(a b c, 10)");
        check("NEAR(a,,b \"5\" c)", "NEAR(a b 5 c, 10)");
        check("NEAR(\"a, b\" c)", "NEAR(\"a b\" c, 10)");
        check("NEAR(\"a\",5)", "NEAR(a, 5)");
        check("a*, NEAR b*", "NEAR(a* b*, 10)");
        check("a, NEAR b", "NEAR(a b, 10)");
        check("NEAR(a 1984)", "NEAR(a 1984, 10)");
        check("NEAR(a b*, 5)", "NEAR(a b*, 5)");
        check("NEAR(a b*,5)", "NEAR(a b*, 5)");
        check("NEAR(a \"b c\", 5)", "NEAR(a \"b c\", 5)");
    }

    #[test]
    fn title_looks_in_the_title() {
        check("title:lamp", "title:lamp");
        check("Title: \"the lamp\" sea", "title:\"the lamp\" AND sea");
        check("title:(a OR b) c", "title:(a OR b) AND c");
        check("subtitle:lamp", "subtitle:lamp");
    }

    #[test]
    fn what_is_no_word_is_passed_over() {
        check("tide & - 🌊 turns", "tide AND turns");
        check("don't C++ 3.5", "don't AND C++ AND 3.5");
        check("tide\0turns", "tide AND turns");
    }

    #[test]
    fn what_is_no_query_is_read_as_plain_words() {
        check_explained("\"high tide", "high AND tide", "unbalanced quote: searched for the words high, tide");
        check_explained("(a b", "a AND b", "unbalanced parenthesis: ");
        check_explained("(a \"\u{5b8} b", "a AND \u{5b8} AND b", "unbalanced ");
        check_explained("a b)", "a AND b", "a parenthesis is closed that was not opened: ");
        check_explained("a OR", "a", "an operator has no word beside it: ");
        check_explained("NOT tide tide", "tide", "an operator has no word beside it: ");
        check_explained("() a", "a", "unbalanced parenthesis: ");
        check_explained("a NEAR (b OR c)", "a AND b AND c", "NEAR stands between words");
        check_explained("NEAR(a, 5 b)", "a AND 5 AND b", "NEAR( ) holds words");
        check_explained("NEAR(,5) b", "5 AND b", "NEAR( ) holds words");
        check_explained(&format!("{}a", "title: ".repeat(20)), "title AND a", "too many parentheses");
    }

    #[test]
    fn what_holds_no_word_is_explained() {
        for typed in ["", "   ", "🌊", "*", "\0", "\"\"", "- & !"] {
            check_explained(typed, "", "there is no word to search for");
        }
        check_explained("AND OR NOT", "", "an operator has no word beside it: there is no word to search for");
        check_explained("\"\"\"", "", "unbalanced quote: there is no word");
    }

    #[test]
    fn a_query_of_any_size_is_read_in_part() {
        check_explained(&"(".repeat(10_000), "", "only the first 2000 characters were read; ");
        check_explained(&"tide ".repeat(200_000), "tide", "only the first 2000 characters were read; too many words");
        check_explained(&"a".repeat(1_000_000), &"a".repeat(2_000), "only the first 2000 characters were read");
        let words: Vec<String> = (0..100).map(|number| format!("w{number}")).collect();
        let query = parse(&words.join(" "));
        assert_eq!(query.understood_as(), words[..MAX_TERMS].join(" AND "));
        assert!(query.explanation().is_some_and(|said| said.ends_with("w7 and 56 more")), "{:?}", query.explanation());
    }

    #[test]
    fn any_of_the_words_leaves_out_stop_words() {
        let any = parse("how salty is the tide").any_word().unwrap();
        assert_eq!(any.understood_as(), "salty OR tide");
        assert!(any.explanation().is_some_and(|said| said.contains("any of salty, tide")));
        assert_eq!(parse("the of").any_word().unwrap().understood_as(), "the OR of");
        assert_eq!(parse("tide").any_word(), None);
        assert_eq!(parse("tide OR lamp").any_word(), None);
        assert_eq!(parse("tide (lamp OR sea)").any_word(), None);
        assert_eq!(parse("salty AND tide").any_word(), None);
    }

    #[test]
    fn plain_words_are_told_from_queries() {
        let plain = |typed: &str| parse(typed).plain_words();
        assert_eq!(plain("high  tide?").as_deref(), Some("high tide?"));
        assert_eq!(plain("\"tide\" noon").as_deref(), Some("tide noon"));
        for typed in ["", "a AND b", "\"high tide\"", "tid*", "a OR b", "a NOT b", "title:a", "a NEAR b"] {
            assert_eq!(plain(typed), None, "{typed}");
        }
        let begun = |typed: &str| parse(typed).begun_word().map(|query| query.understood_as());
        assert_eq!(begun("high ti").as_deref(), Some("high AND ti*"));
        assert_eq!(begun("high AND ti"), None);
        assert_eq!(begun("ti").as_deref(), Some("ti*"));
        assert_eq!(begun("ti OR lamp"), None);
    }

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-cé1]{1,3}\\*?",
            "\"[a-c ]{0,5}\"\\*?",
            Just("AND".to_owned()),
            Just("OR".to_owned()),
            Just("NOT".to_owned()),
            Just("NEAR(".to_owned()),
            Just("NEAR/2".to_owned()),
            Just("title:".to_owned()),
            Just("(".to_owned()),
            Just(")".to_owned()),
            Just(", 3".to_owned()),
            // Pieces of words, quotes that stand alone, and what only looks like a space or a letter.
            "[a,*5\\\"“ד\u{5b8}\u{300}\u{1d40f}\0-]{1,3}",
        ]
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(typed in any::<String>()) {
            let query = parse(&typed);
            prop_assert!(query.expression().is_some() || query.explanation().is_some());
        }

        #[test]
        fn what_was_understood_means_the_same_when_typed(
            words in prop::collection::vec(word(), 0..14),
            space in prop_oneof![Just(" "), Just("")],
        ) {
            let query = parse(&words.join(space));
            // An empty query is explained again, and an explanation is not part of the meaning.
            let again = parse(&query.understood_as());
            prop_assert_eq!(again.expression(), query.expression());
        }
    }
}

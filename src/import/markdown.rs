//! Markdown (`CommonMark`, with the tables of GitHub and front matter): blocks of clean text, no markup.

use pulldown_cmark::{Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use crate::document::{BlockKind, Document, Format};

use super::layout::{self, Layout};
use super::{cues, html, language, table};

/// A text with more signs than this, in bytes, and one in four bytes or more a sign, is no Markdown: `pulldown-cmark` takes
/// some sixty bytes of memory for each.
const MAX_SIGNS: usize = 4_000_000;

/// Returns whether a text can be read as Markdown at all.
pub(super) fn is_readable(text: &str) -> bool {
    let is_sign = |byte: &&u8| b"*_`[]()<>~|#!\\&\n".contains(byte);
    let n_signs = if MAX_SIGNS < text.len() { text.as_bytes().iter().filter(is_sign).count() } else { 0 };
    n_signs <= MAX_SIGNS || n_signs < text.len() / 4
}

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: &str, title: String) -> Document {
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, options()) {
        reader.take(event);
    }
    reader.end_block();
    let title = reader.title.or_else(|| reader.layout.first_title()).unwrap_or(title);
    reader.layout.into_document(title, Format::Markdown)
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
}

/// What the text being read will become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// A paragraph, or the first text of an item.
    #[default]
    Text,
    Heading(u8),
    Cell,
    /// A block of HTML, to be read as such.
    Html,
    FrontMatter,
}

#[derive(Default)]
struct Reader {
    title: Option<String>,
    layout: Layout,
    place: Place,
    /// The text of the block being read.
    text: String,
    /// Whether some of it is not bold.
    has_plain_text: bool,
    n_strong: u32,
    /// For each list item around, whether its first text has been taken.
    items: Vec<bool>,
    /// The cells of the row being read.
    cells: Vec<String>,
}

impl Reader {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) => {
                self.has_plain_text |= self.n_strong == 0 && !text.trim().is_empty();
                self.text.push_str(&text);
            }
            Event::InlineHtml(tag) if is_break(&tag) => self.end_line(),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.end_line(),
            Event::Rule => self.end_block(),
            // Of these two only the text is there to read, and footnotes are numbered again by whoever shows them.
            Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text.push_str(&text),
        }
    }

    fn start(&mut self, tag: &Tag) {
        let place = match tag {
            Tag::Heading { level, .. } => Place::Heading(depth(*level)),
            Tag::HtmlBlock => Place::Html,
            Tag::MetadataBlock(MetadataBlockKind::YamlStyle | MetadataBlockKind::PlusesStyle) => Place::FrontMatter,
            Tag::TableCell => Place::Cell,
            Tag::Item => {
                self.end_block();
                self.items.push(false);
                return;
            }
            Tag::Paragraph
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::List(_)
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow => Place::Text,
            Tag::Strong => {
                self.n_strong += 1;
                return;
            }
            Tag::Emphasis
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. } => return,
        };
        self.end_block();
        self.place = place;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.n_strong -= 1,
            TagEnd::Emphasis
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image => {}
            TagEnd::Item => {
                self.end_block();
                self.items.pop();
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.end_block();
                self.end_row();
            }
            _ => self.end_block(),
        }
    }

    /// Ends a line by a hard break. After a sentence, or a heading made of bold letters, that ends the paragraph.
    fn end_line(&mut self) {
        let is_paragraph = !self.has_plain_text || layout::is_paragraph_line(&self.text);
        if self.place == Place::Text && !self.text.trim().is_empty() && is_paragraph {
            self.end_block();
        } else {
            self.text.push('\n');
        }
    }

    fn end_block(&mut self) {
        self.has_plain_text = false;
        let text = std::mem::take(&mut self.text);
        match std::mem::take(&mut self.place) {
            Place::Cell => self.cells.push(text.trim().to_owned()),
            _ if text.trim().is_empty() => {}
            Place::Heading(level) => {
                self.layout.push(BlockKind::Heading { level }, &layout::one_line(without_place(&text)));
            }
            Place::Html => html::lay_out(&text, &mut self.layout),
            Place::FrontMatter => {
                self.title = self.title.take().or_else(|| title_in(&text));
                let fields = self.layout.fields();
                fields.date = fields.date.or_else(|| table::day_of(value_in(&text, "date")?));
                let named = ["language", "lang"].into_iter().find_map(|name| language::code_of(value_in(&text, name)?));
                fields.language = fields.language.take().or(named);
            }
            Place::Text => {
                let kind = self.kind_here();
                self.layout.push(kind, &references_read(&text));
            }
        }
    }

    /// The first text of an item is the item; what follows in it are paragraphs.
    fn kind_here(&mut self) -> BlockKind {
        match self.items.last_mut() {
            Some(has_text) if !*has_text => {
                *has_text = true;
                BlockKind::ListItem
            }
            _ => BlockKind::Paragraph,
        }
    }

    /// Adds a row, its cells parted by tabs; cells of several lines lay out a page, and stand apart. An empty line in them
    /// parts paragraphs; lines alone are mostly items of a list, too short to say much one by one.
    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().any(|cell| cell.contains('\n')) {
            for paragraph in cells.iter().flat_map(|cell| cell.split("\n\n")) {
                self.layout.push(BlockKind::Paragraph, &references_read(paragraph));
            }
        } else {
            let row: Vec<String> = cells.iter().map(|cell| layout::one_line(cell)).collect();
            self.layout.push(BlockKind::TableRow, &row.join("\t"));
        }
    }
}

/// A text may hold what no paragraph of ours does: white space other than spaces at its ends, and trailing spaces.
fn references_read(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    layout::clean(lines.join("\n").into()).into_owned()
}

/// Returns a heading without the time or the page that our own export writes behind it, after a no-break space.
fn without_place(heading: &str) -> &str {
    let is_place = |place: &str| {
        let page = place.strip_prefix("p. ").is_some_and(|page| page.bytes().all(|byte| byte.is_ascii_digit()));
        page || cues::clock(place).is_some()
    };
    let parts = heading.trim_end().strip_suffix(')').and_then(|heading| heading.rsplit_once("\u{a0}("));
    parts.filter(|(_, place)| is_place(place)).map_or(heading, |(title, _)| title)
}

fn is_break(tag: &str) -> bool {
    let name = tag.trim_matches(['<', '>', '/', ' ']);
    name.eq_ignore_ascii_case("br")
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Returns the title in front matter.
fn title_in(front_matter: &str) -> Option<String> {
    let title = layout::one_line(&html::words_of(value_in(front_matter, "title")?));
    // A lone sign opens a text of several lines, which is no title.
    title.contains(char::is_alphanumeric).then_some(title)
}

/// Returns what front matter says under a name: of YAML, `title: The log`; of TOML, `title = "The log"`.
fn value_in<'a>(front_matter: &'a str, name: &str) -> Option<&'a str> {
    let value = front_matter.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.trim_start();
        rest.strip_prefix([':', '='])
    })?;
    Some(value.trim_matches(['"', '\'', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each block as a sign of its kind and its text: `#` to `######`, `-` an item, `|` a row, nothing a paragraph.
    #[track_caller]
    fn check(markdown: &str, expected: &[&str]) {
        let document = document(markdown, "name".to_owned());
        let found: Vec<String> = document
            .blocks
            .iter()
            .map(|block| {
                let text = block.span.of(&document.text);
                match block.kind {
                    BlockKind::Heading { level } => format!("{} {text}", "#".repeat(level.into())),
                    BlockKind::ListItem => format!("- {text}"),
                    BlockKind::TableRow => format!("| {text}"),
                    _ => text.to_owned(),
                }
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_time_or_a_page_of_our_own_export_is_no_part_of_a_heading() {
        check(
            "# A\u{a0}(1:02:03)\n\n# B\u{a0}(p. 12)\n\n# C (p. 12)\n\n# D\u{a0}(twice)",
            &["# A", "# B", "# C (p. 12)", "# D (twice)"],
        );
    }

    #[test]
    fn markup_does_not_reach_the_text() {
        check(
            "# The *log*\n\nThe **lamp**\nwas [lit](http://x \"t\") ~~not~~ `now`. ![A lamp](x.png)\\\nGood &amp; well[^1].\n\n[^1]: By whom?",
            &["# The log", "The lamp was lit not now. A lamp\nGood & well.", "By whom?"],
        );
        check(
            "Log\n===\n\n> quoted\n> text\n\n```rust\nlet a = 1;\n```\n---\nend",
            &["# Log", "quoted text", "let a = 1;", "end"],
        );
    }

    #[test]
    fn each_item_is_a_block_and_goes_on_in_paragraphs() {
        check(
            "- rope\n- tar\n  - black\n  - [x] brown\n\n  still tar\n\n1. oil\n\n   much of it",
            &["- rope", "- tar", "- black", "- brown", "still tar", "- oil", "much of it"],
        );
    }

    #[test]
    fn a_hard_break_after_a_sentence_or_bold_letters_parts_paragraphs() {
        check("**Oil**  \nIt is low.\\\nFill it\\\nnow", &["Oil", "It is low.", "Fill it\nnow"]);
    }

    #[test]
    fn rows_have_their_cells_parted_by_tabs() {
        check("| Lamp | Oil |\n|---|---|\n| *north* | 3 |\n| south | |", &["| Lamp\tOil", "| north\t3", "| south"]);
    }

    #[test]
    fn cells_of_several_lines_are_the_paragraphs_in_them() {
        check(
            "| Lamp | Oil |\n|---|---|\n| Lit by:<br><br>* Ann<br>* Ben | at dusk |",
            &["| Lamp\tOil", "Lit by:", "* Ann\n* Ben", "at dusk"],
        );
    }

    #[test]
    fn html_within_is_read_as_html() {
        check(
            "<h1 align=center>Log</h1>\n\nThe <b>lamp</b><br>was lit.\n\n<!-- no -->\n<ul><li>rope</li></ul>\n\n<script>no</script>",
            &["# Log", "The lamp\nwas lit.", "- rope"],
        );
    }

    #[track_caller]
    fn check_title(markdown: &str, expected: &str) {
        assert_eq!(document(markdown, "name".to_owned()).title, expected);
    }

    #[test]
    fn the_title_is_that_of_the_front_matter_or_the_first_heading() {
        check_title("---\nauthor: x\ntitle: \"The log\"\n---\n\n# Else", "The log");
        check_title("+++\ntitle = 'The log'\n+++\n\ntext", "The log");
        check_title("---\ntitle: >\n  x\n---\n\ntext\n\n# The log", "The log");
        check_title("## Second\n\ntext", "name");
        check("---\ntitle: x\n---\n\ntext", &["text"]);
    }

    #[test]
    fn the_day_of_the_front_matter_is_that_of_the_document_where_it_is_sure() {
        for (front_matter, expected) in [
            ("---\ntitle: x\ndate: 2021-03-04\n---", Some("2021-03-04")),
            ("---\ndate: \"2021-03-04T10:00:00+01:00\"\n---", Some("2021-03-04")),
            ("+++\ndate = 2021-03-04\n+++", Some("2021-03-04")),
            ("---\ndate: 14/3/2021\n---", Some("2021-03-14")),
            ("---\ndate: 3/4/2021\n---", None),
            ("---\ndate: soon\ndated: 2021-03-04\n---", None),
        ] {
            let found = document(&format!("{front_matter}\n\ntext"), "name".to_owned()).fields.date;
            assert_eq!(found.map(|date| date.to_string()).as_deref(), expected, "{front_matter}");
        }
    }

    #[test]
    fn the_language_is_the_one_that_the_front_matter_names() {
        for (front_matter, expected) in [
            ("---\nlang: de-AT\n---", Some("de")),
            ("+++\nlanguage = \"German\"\n+++", Some("de")),
            ("---\nlanguages: de\nlang: |\n---", None),
        ] {
            let found = document(&format!("{front_matter}\n\ntext"), "name".to_owned()).fields.language;
            assert_eq!(found.as_deref(), expected, "{front_matter}");
        }
    }

    #[test]
    fn what_is_nothing_but_signs_is_read_as_plain_text() {
        assert!(is_readable(&"*a*\n".repeat(1_000_000)));
        assert!(!is_readable(&"*a ".repeat(5_000_000)));
        assert!(is_readable(&"* A line of a list, as it should be.\n".repeat(5_000_000)));
        let document = crate::import::import("*a ".repeat(5_000_000).as_bytes(), "a.md").unwrap();
        assert_eq!((document.format, document.blocks.len()), (Format::PlainText, 1));
    }

    #[test]
    fn markup_nested_without_end_is_read() {
        for sign in [">", "[", "*", "- ", "![", "`", "<b>", "(", "|"] {
            let document = document(&(sign.repeat(20_000) + "x\n\nThe lamp."), "name".to_owned());
            assert!(document.text.contains("The lamp."), "{sign}");
        }
    }
}

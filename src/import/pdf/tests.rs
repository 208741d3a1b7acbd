//! PDF files written by hand.

use super::super::import;
use super::super::shown::blocks;
use super::*;
use crate::error::Error;

/// Makes a file of these objects, numbered from 1; the first is the catalog.
pub(crate) fn file(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut starts = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        starts.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).into_bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for start in starts {
        bytes.extend(format!("{start:010} 00000 n \n").into_bytes());
    }
    let size = objects.len() + 1;
    bytes.extend(format!("trailer\n<</Size {size}/Root 1 0 R/Info 3 0 R>>\nstartxref\n{table}\n%%EOF\n").into_bytes());
    bytes
}

/// Makes a file of pages, each of these instructions, with Helvetica as `F1` and its bold face as `F2`. `catalog` is
/// added to the catalog, `more` to the objects: the first of them is that after the last page.
pub(crate) fn pages(instructions: &[String], catalog: &str, more: &[String]) -> Vec<u8> {
    let n = instructions.len();
    let kids: Vec<String> = (0..n).map(|page| format!("{} 0 R", 6 + 2 * page)).collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"),
        format!("<</Type/Pages/Kids[{}]/Count {n}>>", kids.join(" ")),
        "<</Title(Microsoft Word - log.doc)/Author(Ann Lee)/CreationDate(D:20210304050607Z)>>".to_owned(),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    for (page, instructions) in instructions.iter().enumerate() {
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {} 0 R/Resources<</Font<</F1 4 0 R/F2 5 0 R>>>>>>",
            7 + 2 * page
        ));
        objects.push(format!("<</Length {}>>\nstream\n{instructions}\nendstream", instructions.len()));
    }
    objects.extend_from_slice(more);
    file(&objects)
}

/// Writes lines, each with its font, size and place.
pub(crate) fn written(lines: &[(&str, u32, u32, u32, &str)]) -> String {
    let line = |&(font, size, x, y, text): &(&str, u32, u32, u32, &str)| {
        format!("BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET")
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Writes lines of running text from the height `y` down.
fn running(x: u32, y: u32, lines: &[&str]) -> String {
    let lines: Vec<(&str, u32, u32, u32, &str)> =
        lines.iter().zip(0..).map(|(text, n)| ("F1", 10, x, y - 12 * n, *text)).collect();
    written(&lines)
}

fn read(bytes: &[u8]) -> Document {
    import(bytes, "a.pdf").unwrap()
}

#[track_caller]
fn check(page: String, expected: &[&str]) {
    assert_eq!(blocks(&read(&pages(&[page], "", &[]))), expected);
}

const TEXT: [&str; 4] = [
    "The keeper of the light climbed the stairs each evening at six o'clock and lit the lamp,",
    "whatever the weather was, and stayed with it until the morning came and the last of the",
    "fisher-",
    "men had gone home.",
];

#[test]
fn lines_are_paragraphs_and_parted_words_are_made_whole() {
    let text = [
        TEXT[0],
        TEXT[1],
        "boats had found its way to the harbour, and all the men of the village with all the lan-",
        "terns had gone home.",
    ];
    let expected = format!(
        "{} {} boats had found its way to the harbour, and all the men of the village with all the lanterns had gone home.",
        text[0], text[1]
    );
    check(running(50, 700, &text), &[&expected]);
}

#[test]
fn large_and_bold_lines_are_headings() {
    let page = [
        written(&[("F1", 20, 50, 740, "The Log"), ("F2", 10, 50, 715, "Lamp")]),
        running(50, 700, &TEXT[..2]),
        written(&[("F2", 10, 50, 660, "Horn")]),
        running(50, 645, &["It was blown in fog, and in snow, and when the lamp went out."]),
    ]
    .join("\n");
    let whole = format!("{} {}", TEXT[0], TEXT[1]);
    check(
        page.clone(),
        &["# The Log", "## Lamp", &whole, "## Horn", "It was blown in fog, and in snow, and when the lamp went out."],
    );
    let document = read(&pages(&[page], "", &[]));
    assert_eq!((&document.title[..], document.fields.author.as_deref()), ("The Log", Some("Ann Lee")));
    assert_eq!(document.fields.date, Date::from_iso("2021-03-04"));
}

#[test]
fn columns_are_read_one_after_the_other() {
    let left = [
        "The keeper of the light climbed the stairs of",
        "the tower each evening at six and lit the big",
        "lamp, whatever the weather was, and he stayed",
        "with it until the morning came at last, then",
        "he slept until noon.",
    ];
    let right = [
        "The horn was blown in fog, and in snow, when",
        "the lamp could not be seen from the harbour,",
        "and it was heard for many miles around it by",
        "all those who were at sea that night, and by",
        "those who were not.",
    ];
    let page = [running(50, 700, &left), running(320, 700, &right)].join("\n");
    check(page, &[&left.join(" "), &right.join(" ")]);
}

const TEXTS: [&str; 3] = [
    "The first of them tells of the light and of its keeper, who climbed the stairs each evening and",
    "In the next it is winter, and the harbour is full of ice; again somebody went up to the top and",
    "At last the keeper grows old. His daughter takes the keys from their nail by the door, goes up,",
];

fn three_pages() -> Vec<String> {
    (1..=3_usize)
        .map(|n| {
            [
                written(&[("F1", 8, 50, 780, "The Keeper's Log"), ("F1", 8, 300, 20, &format!("{n}"))]),
                running(50, 600, &[TEXTS[n - 1], "lit the lamp whatever the weather was."]),
            ]
            .join("\n")
        })
        .collect()
}

#[test]
fn heads_and_page_numbers_are_left_out_and_pages_are_kept() {
    let document = read(&pages(&three_pages(), "", &[]));
    assert_eq!(document.blocks.len(), 3);
    assert!(!document.text.contains("Keeper's"), "{}", document.text);
    let pages: Vec<_> = document.blocks.iter().map(|block| document.pages.at(block.span.start)).collect();
    assert_eq!(pages, [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_sentence_goes_on_over_a_page() {
    let first = running(
        50,
        700,
        &[TEXT[0], "whatever the weather was, and stayed with it until the morning came and the last of all the"],
    );
    let second = running(50, 700, &["boats had found its way home. Then he slept."]);
    let document = read(&pages(&[first, second], "", &[]));
    assert_eq!(document.blocks.len(), 1, "{}", document.text);
    let turn = document.text.find("boats").unwrap();
    assert_eq!(document.pages.at(turn.into()), Some(2));
    assert_eq!(document.pages.at((turn - 1).into()), Some(1));
}

#[test]
fn bookmarks_are_marks_at_their_places() {
    let more = [
        "<</First 13 0 R/Last 14 0 R/Count 2>>".to_owned(),
        "<</Title(Lamp)/Parent 12 0 R/Next 14 0 R/Dest[6 0 R/XYZ 0 710 0]>>".to_owned(),
        "<</Title(\\376\\377\\000H\\000o\\000r\\000n)/Parent 12 0 R/Next 13 0 R/A<</S/GoTo/D(there)>>>>".to_owned(),
    ];
    let catalog = "/Outlines 12 0 R/Names<</Dests<</Names[(there)[10 0 R/Fit]]>>>>";
    let document = read(&pages(&three_pages(), catalog, &more));
    let marks: Vec<(u8, &str, Option<u32>)> =
        document.marks.iter().map(|mark| (mark.level, &mark.title[..], document.pages.at(mark.start))).collect();
    assert_eq!(marks, [(1, "Lamp", Some(1)), (1, "Horn", Some(3))]);
}

#[test]
fn tables_are_read_row_by_row() {
    let cells: Vec<(&str, u32, u32, u32, &str)> =
        (0..4).flat_map(|n| [("F1", 10, 50, 700 - 14 * n, "north"), ("F1", 10, 300, 700 - 14 * n, "3")]).collect();
    check(written(&cells), &["| north\t3"; 4]);
}

#[test]
fn what_is_marked_as_furniture_is_left_out() {
    let page = format!("/Artifact BMC {} EMC {}", written(&[("F1", 8, 50, 400, "Draft")]), running(50, 700, &["Lit."]));
    check(page, &["Lit."]);
}

#[test]
fn marked_content_is_read_as_what_it_stands_for() {
    let page = format!("/Span <</ActualText(lamp)>> BDC {} EMC", written(&[("F1", 10, 50, 700, "xyz")]));
    check(page, &["lamp"]);
}

#[track_caller]
fn check_refused(bytes: &[u8], expected: &str) {
    let error = import(bytes, "a.pdf").unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_scan_is_said_to_be_one() {
    check_refused(&pages(&["0 0 600 800 re f".to_owned()], "", &[]), "are pictures");
}

/// Writes a file of these pages, over each of which pictures are drawn at these places: left, bottom, width and height.
fn pictured(pages_of: &[(String, &[[u32; 4]])]) -> Vec<u8> {
    let picture = |[x, y, width, height]: &[u32; 4]| format!("q {width} 0 0 {height} {x} {y} cm /I Do Q");
    let instructions: Vec<String> = pages_of
        .iter()
        .map(|(page, places)| places.iter().map(picture).chain([page.clone()]).collect::<Vec<_>>().join("\n"))
        .collect();
    let image = "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>\
        \nstream\n0\nendstream";
    let text = String::from_utf8(pages(&instructions, "", &[image.to_owned()])).unwrap();
    let resources = format!("/F2 5 0 R>>/XObject<</I {} 0 R>>>>", 6 + 2 * pages_of.len());
    text.replace("/F2 5 0 R>>>>", &resources).into_bytes()
}

const WHOLE: &[[u32; 4]] = &[[0, 0, 600, 800]];

#[test]
fn a_scan_with_but_a_stamp_on_its_pages_is_said_to_be_one() {
    let stamped = |n: u32, of: u32| {
        let number = format!("Page {n} of {of}");
        written(&[
            ("F1", 8, 200, 15, "Scanned by Lamp & Horn Lighthouse Records of 1887, all pages"),
            ("F1", 8, 500, 15, &number),
        ])
    };
    check_refused(&pictured(&[(stamped(1, 1), WHOLE)]), "1 of its 1 page(s) are pictures");
    let strips: &[[u32; 4]] = &[[20, 20, 560, 400], [20, 420, 560, 370]];
    let scan: Vec<_> = (1..=7).map(|n| (stamped(n, 7), strips)).collect();
    check_refused(&pictured(&scan), "7 of its 7 page(s) are pictures");
    // A sheet in front says where the scan is from.
    let sheet = (running(50, 700, &TEXT[..2]), &[][..]);
    let with_sheet: Vec<_> = std::iter::once(sheet.clone()).chain((2..=4).map(|n| (stamped(n, 4), WHOLE))).collect();
    check_refused(&pictured(&with_sheet), "3 of its 4 page(s) are pictures");
    // Where there is text on as many pages, it is read.
    let half = [sheet.clone(), (stamped(2, 4), WHOLE), sheet, (stamped(4, 4), WHOLE)];
    assert!(read(&pictured(&half)).text.contains(TEXT[0]));
}

#[test]
fn pages_that_are_pictures_among_others_are_named() {
    let picture = (String::new(), WHOLE);
    let text = |n: usize| (running(50, 700, &[TEXTS[n], TEXT[n]]), &[][..]);
    let mixed = [text(0), picture.clone(), picture.clone(), picture.clone(), text(1), picture.clone(), text(2)];
    let document = read(&pictured(&mixed));
    assert!((0..3).all(|n| document.text.contains(TEXTS[n])), "{}", document.text);
    let left_out = document.fields.left_out().unwrap();
    assert!(left_out.contains("pages 2-4, 6 are pictures"), "{left_out}");
    let left_out = read(&pictured(&[text(0), picture, text(1)])).fields.left_out().unwrap();
    assert!(left_out.contains("page 2 is a picture"), "{left_out}");
    assert_eq!(read(&pictured(&[text(0), text(1)])).fields.left_out(), None);
}

#[test]
fn text_over_or_beside_pictures_is_read() {
    let page = |n: usize| [running(50, 500, &[TEXTS[n], "lit the lamp whatever the weather was."])].join("");
    for places in [WHOLE, &[[50, 520, 500, 260]]] {
        let document = read(&pictured(&[(page(0), places), (page(1), places), (page(2), places)]));
        assert!(TEXTS.iter().all(|text| document.text.contains(text)), "{}", document.text);
    }
    // A scan of which another program has recognised the text bears it unseen.
    let unseen = (0..3).map(|n| (format!("3 Tr {}", page(n)), WHOLE)).collect::<Vec<_>>();
    assert!(read(&pictured(&unseen)).text.contains(TEXTS[2]));
    // A picture with a few words under it on each page is no scan.
    let album = (1..=3).map(|n| (written(&[("F1", 10, 50, 50, &format!("Plate {n}"))]), &[[50, 200, 500, 500]][..]));
    assert!(read(&pictured(&album.collect::<Vec<_>>())).text.contains("Plate 2"));
}

#[test]
fn a_locked_file_is_said_to_be_one() {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[]/Count 0>>".to_owned(),
        "<<>>".to_owned(),
        format!("<</Filter/Standard/V 2/R 3/Length 128/P -44/O<{0}>/U<{0}>>>", "41".repeat(32)),
    ];
    let text = String::from_utf8(file(&objects)).unwrap();
    let locked = text.replace("/Info 3 0 R", "/Encrypt 4 0 R/ID[<41><41>]");
    assert!(
        matches!(import(locked.as_bytes(), "a.pdf"), Err(Error::Locked { .. })),
        "{:?}",
        import(locked.as_bytes(), "a.pdf")
    );
}

#[test]
fn fonts_that_do_not_say_what_their_signs_mean_are_said_to() {
    let font = "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2\
        /BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type/FontDescriptor/FontName/X>>>>]>>";
    let page = "BT /F1 10 Tf 1 0 0 1 50 700 Tm <000100020003000400050006> Tj ET".to_owned();
    let text = String::from_utf8(pages(&[page], "", &[])).unwrap();
    let plain = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
    check_refused(text.replace(plain, font).as_bytes(), "signs cannot be read");
}

#[test]
fn a_file_that_breaks_off_is_read_or_refused() {
    let whole = pages(&three_pages(), "", &[]);
    for n_bytes in (0..whole.len()).step_by(97) {
        let _ = import(&whole[..n_bytes], "a.pdf");
    }
    check_refused(b"%PDF-1.7\nnothing", "damaged");
}

#[test]
fn forms_within_forms_without_end_are_given_up_on() {
    // Each form draws the next ten times: a billion paths.
    let form = |n: usize| {
        let next = "/X Do ".repeat(10);
        let content = if n < 9 { next } else { "0 0 1 1 re f ".to_owned() };
        format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X {} 0 R>>>>/Length {}>>\nstream\n{content}\nendstream",
            9 + n,
            content.len()
        )
    };
    let forms: Vec<String> = (0..10).map(form).collect();
    let page = format!("{} /X Do", running(50, 700, &["Lit."]));
    let text = String::from_utf8(pages(&[page], "", &forms)).unwrap();
    let text = text.replace("/F2 5 0 R>>>>", "/F2 5 0 R>>/XObject<</X 8 0 R>>>>");
    assert_eq!(blocks(&read(text.as_bytes())), ["Lit."]);
}

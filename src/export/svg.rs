//! A drawing as SVG 1.1: shapes and text, nothing that runs or is fetched.

use std::io::Write;

use super::{on_one_line, xml};
use crate::document::Provenance;
use crate::error::Result;
use crate::pictures::{Anchor, Drawing, Shape, Tone};

/// Writes a drawing on a light ground. `title` and `summary` are what a screen reader says of it; `provenance` is how what it
/// shows came to be, if that is known.
pub fn write_svg(
    drawing: &Drawing,
    title: &str,
    summary: &str,
    provenance: Option<&Provenance>,
    out: &mut dyn Write,
) -> Result<()> {
    let (width, height) = (number(drawing.width), number(drawing.height));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"Ubuntu, 'Noto Sans', sans-serif\">"
    )?;
    writeln!(out, "<title>{}</title>", xml::escaped(&on_one_line(title)))?;
    writeln!(out, "<desc>{}</desc>", xml::escaped(&on_one_line(summary)))?;
    if let Some(provenance) = provenance {
        writeln!(out, "<metadata>provenance: {}</metadata>", xml::escaped(&serde_json::to_string(provenance)?))?;
    }
    writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>", colour(Tone::Paper))?;
    for shape in &drawing.shapes {
        write_shape(shape, out)?;
    }
    writeln!(out, "</svg>")?;
    Ok(())
}

fn write_shape(shape: &Shape, out: &mut dyn Write) -> Result<()> {
    match shape {
        Shape::Circle { center, radius, fill, opacity, outline } => {
            let stroke = outline.map(|tone| format!(" stroke=\"{}\"", colour(tone))).unwrap_or_default();
            let (x, y, r) = (number(center.x), number(center.y), number(*radius));
            let opacity = number(*opacity);
            let fill = colour(*fill);
            writeln!(
                out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{fill}\" fill-opacity=\"{opacity}\"{stroke}/>"
            )?;
        }
        Shape::Line { points, width, tone } => {
            let points: Vec<String> =
                points.iter().map(|point| format!("{},{}", number(point.x), number(point.y))).collect();
            let (width, stroke) = (number(*width), colour(*tone));
            writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\" \
                 stroke-linejoin=\"round\"/>",
                points.join(" ")
            )?;
        }
        Shape::Box { min, width, height, fill } => {
            let (x, y, w, h) = (number(min.x), number(min.y), number(*width), number(*height));
            writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", colour(*fill))?;
        }
        Shape::Text { at, anchor, size, tone, text, is_upright } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let (x, y, size) = (number(at.x), number(at.y), number(*size));
            let turn = if *is_upright { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
            // Not every program that draws SVG knows `dominant-baseline`.
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" dy=\"0.35em\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{}\"{turn}>{}</text>",
                colour(*tone),
                xml::escaped(&on_one_line(text))
            )?;
        }
    }
    Ok(())
}

/// Returns a length with at most two digits behind the point.
fn number(length: f32) -> String {
    let rounded = (f64::from(length) * 100.0).round() / 100.0;
    if rounded.is_finite() { rounded.to_string() } else { "0".to_owned() }
}

/// Returns the colour of a tone on a light ground.
fn colour(tone: Tone) -> String {
    let (red, green, blue) = match tone {
        Tone::Paper => (0xfd, 0xfc, 0xf9),
        Tone::Ink => (0x2a, 0x29, 0x26),
        Tone::Muted => (0x63, 0x5f, 0x56),
        Tone::Line => (0xdd, 0xd9, 0xcf),
        Tone::Bar => (0x8f, 0x8a, 0x7e),
        Tone::Accent => (0x14, 0x64, 0x5f),
        Tone::Ramp(share) => {
            let mix = |from: u8, to: u8| {
                (f32::from(from) + (f32::from(to) - f32::from(from)) * share.clamp(0.0, 1.0)).round() as u8
            };
            (mix(0xf0, 0x14), mix(0xee, 0x64), mix(0xe8, 0x5f))
        }
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::Point;

    #[test]
    fn what_stands_in_a_drawing_is_no_markup() {
        let text = Shape::Text {
            at: Point { x: 1.0, y: 2.345 },
            anchor: Anchor::Middle,
            size: 12.0,
            tone: Tone::Ink,
            text: "<script>&\u{0}\"".to_owned(),
            is_upright: true,
        };
        let drawing = Drawing { width: 10.0, height: f32::NAN, shapes: vec![text] };
        let mut out = Vec::new();
        let mut settings = serde_json::Map::new();
        settings.insert("</metadata>".to_owned(), "]]>".into());
        let provenance = Provenance::of("minhash", settings);
        write_svg(&drawing, "a < b", "c & d", Some(&provenance), &mut out).unwrap();
        let svg = String::from_utf8(out).unwrap();
        assert!(svg.contains("&lt;script&gt;&amp; &quot;</text>"), "{svg}");
        assert!(svg.contains("<title>a &lt; b</title>\n<desc>c &amp; d</desc>"), "{svg}");
        assert!(svg.contains("<metadata>provenance: {&quot;caesura&quot;:") && svg.contains("minhash"), "{svg}");
        assert_eq!(svg.matches("</metadata>").count(), 1, "{svg}");
        assert!(svg.contains("rotate(-90 1 2.35)") || svg.contains("rotate(-90 1 2.34)"), "{svg}");
        assert!(!svg.contains("NaN"), "{svg}");
    }
}

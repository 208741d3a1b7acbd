//! Pictures as files: the SVG that the library writes, and pixels as the window shows them.

use caesura::document::Provenance;
use caesura::error::{Error, Result};
use caesura::export::write_svg;
use caesura::pictures::Picture;

/// Returns a picture as the bytes of an SVG file, with how the topics in it came to be.
pub(crate) fn svg_bytes(picture: &Picture, provenance: Option<&Provenance>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_svg(&picture.drawing, &picture.title, &picture.summary, provenance, &mut bytes)?;
    Ok(bytes)
}

/// What is shown on the screen, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pixels {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Red, green, blue and opacity of each pixel, row after row.
    pub(crate) rgba: Vec<u8>,
}

impl Pixels {
    /// Returns the part from `left` and `top` on that is `width` by `height` pixels, as far as there is such a part.
    pub(crate) fn part(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let (left, top) = (left.min(self.width), top.min(self.height));
        let (width, height) = (width.min(self.width - left), height.min(self.height - top));
        let rows = self.rgba.chunks_exact(4 * self.width.max(1)).skip(top).take(height);
        let rgba = rows.flat_map(|row| &row[4 * left..4 * (left + width)]).copied().collect();
        Self { width, height, rgba }
    }

    /// Returns the bytes of a PNG file.
    pub(crate) fn png_bytes(&self) -> Result<Vec<u8>> {
        let failed = |error: png::EncodingError| Error::Nothing {
            attempt: "save the picture",
            reason: format!("{error}; save it as SVG"),
        };
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.rgba).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns pixels whose red says their column and whose green says their row.
    fn pixels(width: usize, height: usize) -> Pixels {
        let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 0, 255])).collect();
        Pixels { width, height, rgba }
    }

    #[test]
    fn a_part_holds_the_pixels_that_stand_there() {
        let part = pixels(8, 6).part(2, 1, 3, 2);
        assert_eq!((part.width, part.height), (3, 2));
        assert_eq!(part.rgba[..8], [2, 1, 0, 255, 3, 1, 0, 255]);
        assert_eq!(part.rgba[12..14], [2, 2]);
        let beyond = pixels(8, 6).part(6, 5, 99, 99);
        assert_eq!((beyond.width, beyond.height, beyond.rgba.len()), (2, 1, 8));
        assert!(pixels(2, 2).part(9, 9, 1, 1).rgba.is_empty());
    }

    #[test]
    fn a_file_is_read_back_as_the_same_pixels() {
        let pixels = pixels(5, 3);
        let bytes = pixels.png_bytes().expect("a file");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a head");
        let mut rgba = vec![0; pixels.rgba.len()];
        let frame = reader.next_frame(&mut rgba).expect("a frame");
        assert_eq!((frame.width, frame.height, rgba), (5, 3, pixels.rgba));
        assert!(Pixels { width: 0, height: 0, rgba: Vec::new() }.png_bytes().is_err());
    }
}

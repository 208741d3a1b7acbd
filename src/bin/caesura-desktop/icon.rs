//! The window's icon, drawn in code: two slashes, the mark of a caesura in a line of verse, on a rounded square.
//!
//! `assets/icon/make_icon.py` draws the same for the files that systems want.

use eframe::egui::IconData;

const SIDE: u32 = 128;
const GROUND: [u8; 3] = [0x14, 0x64, 0x5f];
const MARK: [u8; 3] = [0xfd, 0xfc, 0xf9];

/// Samples along one side of a pixel: edges are as smooth as that.
const SAMPLES: u32 = 4;

/// Draws the icon.
pub(crate) fn icon() -> IconData {
    let mut rgba = Vec::with_capacity((SIDE * SIDE * 4) as usize);
    for y in 0..SIDE {
        for x in 0..SIDE {
            rgba.extend(pixel(x, y));
        }
    }
    IconData { rgba, width: SIDE, height: SIDE }
}

/// Returns red, green, blue and opacity of one pixel.
fn pixel(x: u32, y: u32) -> [u8; 4] {
    let (mut on_ground, mut on_mark) = (0, 0);
    for sample in 0..SAMPLES * SAMPLES {
        let at = |pixel: u32, part: u32| (pixel as f32 + (part as f32 + 0.5) / SAMPLES as f32) / SIDE as f32;
        let (u, v) = (at(x, sample % SAMPLES), at(y, sample / SAMPLES));
        on_ground += u32::from(is_ground(u, v));
        on_mark += u32::from(is_mark(u, v));
    }
    let n_samples = SAMPLES * SAMPLES;
    let opacity = (255 * on_ground / n_samples) as u8;
    std::array::from_fn(|channel| match (GROUND.get(channel), MARK.get(channel)) {
        (Some(ground), Some(mark)) => {
            ((u32::from(*ground) * (n_samples - on_mark) + u32::from(*mark) * on_mark) / n_samples) as u8
        }
        _ => opacity,
    })
}

/// Returns whether a place of the unit square lies in the rounded square.
fn is_ground(u: f32, v: f32) -> bool {
    const MARGIN: f32 = 0.04;
    const RADIUS: f32 = 0.22;
    let beyond = |place: f32| ((place - 0.5).abs() - (0.5 - MARGIN - RADIUS)).max(0.0);
    beyond(u).hypot(beyond(v)) <= RADIUS
}

/// Returns whether a place of the unit square lies in one of the two slashes.
fn is_mark(u: f32, v: f32) -> bool {
    const SLANT: f32 = 0.36;
    const HALF_WIDTH: f32 = 0.048;
    let is_between = (0.24..0.76).contains(&v);
    let middle = 0.5 - SLANT * (v - 0.5);
    is_between && [-0.115, 0.115].into_iter().any(|shift| (u - middle - shift).abs() <= HALF_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_clear_at_its_corners_and_shows_ground_and_mark() {
        let icon = icon();
        assert_eq!(icon.rgba.len(), (icon.width * icon.height * 4) as usize);
        assert_eq!(icon.rgba[3], 0, "the corner is clear");
        let pixels: Vec<&[u8]> = icon.rgba.chunks(4).collect();
        assert!(pixels.iter().any(|pixel| pixel[..3] == GROUND && pixel[3] == 255));
        assert!(pixels.iter().any(|pixel| pixel[..3] == MARK && pixel[3] == 255));
    }
}

//! Moments as people and players write them.

use crate::document::Millis;

/// Returns a moment as people write it, such as `4:07` or `1:02:09`; what is under a second is dropped.
pub fn clock(moment: Millis) -> String {
    let secs = moment.0 / 1000;
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

/// Returns a moment as `WebVTT` writes it, such as `01:02:09.250`.
pub(super) fn web_vtt_clock(moment: Millis) -> String {
    let (secs, millis) = (moment.0 / 1000, moment.0 % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// Returns a moment as `SubRip` writes it, such as `01:02:09,250`.
pub(super) fn srt_clock(moment: Millis) -> String {
    web_vtt_clock(moment).replace('.', ",")
}

/// Returns a moment as Matroska's XML writes it, to the nanosecond: `01:02:09.250000000`.
pub(super) fn matroska_clock(moment: Millis) -> String {
    format!("{}000000", web_vtt_clock(moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_once_there_are_any() {
        assert_eq!(clock(Millis(247_999)), "4:07");
        assert_eq!(clock(Millis(3_729_000)), "1:02:09");
        assert_eq!(web_vtt_clock(Millis(3_729_250)), "01:02:09.250");
        assert_eq!(web_vtt_clock(Millis(400_000_000)), "111:06:40.000");
        assert_eq!(srt_clock(Millis(3_729_250)), "01:02:09,250");
        assert_eq!(matroska_clock(Millis(3_729_250)), "01:02:09.250000000");
    }
}

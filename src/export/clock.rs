//! Moments as people and players write them.

use crate::document::Millis;

/// Returns a moment as people write it, such as `4:07` or `1:02:09`; what is under a second is dropped.
pub fn clock(moment: Millis) -> String {
    let secs = moment.0 / 1000;
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

/// Returns year, month and day of a moment in seconds since 1970, in universal time: `civil_from_days` of Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms".
///
/// Days are counted in years that begin in March, so that the day that some years have more comes last.
pub fn civil(secs: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    // From the first of March of the year 0.
    let days = secs.div_euclid(86_400) + 719_468;
    let (era, day) = (days.div_euclid(DAYS_OF_400_YEARS), days.rem_euclid(DAYS_OF_400_YEARS));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
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
    fn days_are_those_of_the_calendar() {
        for (secs, expected) in [
            (0, (1970, 1, 1)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_709_251_199, (2024, 2, 29)),
            (4_107_542_400, (2100, 3, 1)),
            (-1, (1969, 12, 31)),
        ] {
            assert_eq!(civil(secs), expected, "{secs}");
        }
    }

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

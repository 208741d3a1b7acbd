//! Numbers of things as people write them.

/// Returns a number and what it is of, such as `1 chapter` or `2 chapters`. `thing` is one of them, and takes an `s` for several.
pub fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_several() {
        assert_eq!([0, 1, 2].map(|n| counted(n, "topic")), ["0 topics", "1 topic", "2 topics"]);
    }
}

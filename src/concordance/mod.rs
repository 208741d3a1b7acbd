//! Every place where a word or phrase stands, with what stands around it: key word in context.
//!
//! In: a text, its units and a [`Pattern`]. Out: [`Place`]s in reading order, and of each the [`Line`] to show, which
//! [`sort`] orders by the words beside the hit. Nothing here knows where a text is kept: `search::concordance` goes
//! through a library, one document after the other.

mod line;
mod order;
mod pattern;
mod places;

pub use line::Line;
pub use order::{Key, sort};
pub use pattern::Pattern;
pub use places::{Place, places};

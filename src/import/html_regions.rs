//! What of a page is text and what is furniture: navigation, page heads and feet, what is hidden.

/// What a part of a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be read.
    Content,
    /// To be read, and perhaps alone: the main part of the page.
    Main,
    /// The same, where no part is called the main one: an article.
    Article,
    /// To get elsewhere.
    Navigation,
    /// The page's head: left out if there is navigation in it and no main heading.
    Header,
    /// The page's foot, and what stands aside.
    Margin,
    /// Not shown.
    Hidden,
}

/// The number of a region of one page. Region 0 is the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegionIndex(u32);

impl RegionIndex {
    pub(super) const PAGE: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

struct Region {
    purpose: Purpose,
    within: RegionIndex,
    has_navigation: bool,
    has_main_heading: bool,
}

/// The regions of one page; each stands within one opened before it.
pub(super) struct Regions(Vec<Region>);

/// The least share of the text that is left when furniture is left out, in per cent; below it, it was no furniture.
const MIN_KEPT_PERCENT: usize = 25;

impl Regions {
    pub(super) fn new() -> Self {
        let within = RegionIndex::PAGE;
        Self(vec![Region { purpose: Purpose::Content, within, has_navigation: false, has_main_heading: false }])
    }

    /// Opens a region within another.
    pub(super) fn open(&mut self, purpose: Purpose, within: RegionIndex) -> RegionIndex {
        let index = RegionIndex(self.0.len() as u32);
        self.0.push(Region { purpose, within, has_navigation: false, has_main_heading: false });
        if purpose == Purpose::Navigation {
            // Of a header, only the direct one counts: a walk up to the page for each region would be quadratic.
            self.0[within.index()].has_navigation = true;
        }
        index
    }

    /// Notes that the main heading of the page stands in this region.
    pub(super) fn note_main_heading(&mut self, region: RegionIndex) {
        self.0[region.index()].has_main_heading = true;
    }

    /// Says for each region whether it is read. `n_bytes` has the length of the text in each piece, with its region.
    ///
    /// If what is left is too little, everything shown but navigation is read; then what is hidden, too; and if that is too
    /// little, everything.
    pub(super) fn choose(&self, n_bytes: impl Iterator<Item = (RegionIndex, usize)>) -> Vec<bool> {
        let mut bytes_of = vec![0; self.0.len()];
        for (region, n) in n_bytes {
            bytes_of[region.index()] += n;
        }
        let total: usize = bytes_of.iter().sum();
        let is_enough = |chosen: &Vec<bool>| {
            let kept: usize = bytes_of.iter().zip(chosen).filter(|&(_, &is_read)| is_read).map(|(n, _)| n).sum();
            total * MIN_KEPT_PERCENT <= kept * 100
        };
        let strict = self.chosen(Self::is_content);
        let strict = self.main_part(&strict, &bytes_of).unwrap_or(strict);
        let without = |left_out: &'static [Purpose]| move || self.chosen(|region| !left_out.contains(&region.purpose));
        let shown = std::iter::once_with(without(&[Purpose::Navigation, Purpose::Hidden]));
        let lenient = std::iter::once_with(without(&[Purpose::Navigation]));
        std::iter::once(strict).chain(shown).chain(lenient).find(is_enough).unwrap_or(vec![true; self.0.len()])
    }

    fn is_content(region: &Region) -> bool {
        match region.purpose {
            Purpose::Content | Purpose::Main | Purpose::Article => true,
            Purpose::Header => region.has_main_heading || !region.has_navigation,
            Purpose::Navigation | Purpose::Margin | Purpose::Hidden => false,
        }
    }

    /// Returns what is chosen of the one main part of the page, or else of its one article, with the head that has its main
    /// heading; nothing if it holds less than half of what is `chosen`, or if the main heading stands elsewhere.
    fn main_part(&self, chosen: &[bool], bytes_of: &[usize]) -> Option<Vec<bool>> {
        let only = |purpose: Purpose| {
            let mut is_within = vec![false; self.0.len()];
            for (index, region) in self.0.iter().enumerate() {
                let within = region.within.index();
                is_within[index] = is_within[within] || index != 0 && self.0[within].purpose == purpose;
            }
            let is_outermost = |&index: &usize| chosen[index] && !is_within[index] && self.0[index].purpose == purpose;
            let mut found = (0..self.0.len()).filter(is_outermost);
            found.next().map(|first| (first, found.next().is_none()))
        };
        let (main, is_only) = only(Purpose::Main).or_else(|| only(Purpose::Article))?;
        let (mut is_in_main, mut is_head) = (vec![false; self.0.len()], vec![false; self.0.len()]);
        for (index, region) in self.0.iter().enumerate() {
            let within = region.within.index();
            is_in_main[index] = index == main || is_in_main[within];
            is_head[index] = region.purpose == Purpose::Header && region.has_main_heading || is_head[within];
        }
        let mut kept = vec![false; self.0.len()];
        let (mut n_bytes, mut n_kept, mut has_heading, mut keeps_heading) = (0, 0, false, false);
        for (index, region) in self.0.iter().enumerate().filter(|&(index, _)| chosen[index]) {
            kept[index] = is_in_main[index] || is_head[index];
            n_bytes += bytes_of[index];
            n_kept += if kept[index] { bytes_of[index] } else { 0 };
            has_heading |= region.has_main_heading;
            keeps_heading |= region.has_main_heading && kept[index];
        }
        (is_only && n_bytes <= 2 * n_kept && has_heading == keeps_heading).then_some(kept)
    }

    /// A region is read if it is read by itself and so is all it stands within.
    fn chosen(&self, is_read: impl Fn(&Region) -> bool) -> Vec<bool> {
        let mut chosen: Vec<bool> = Vec::with_capacity(self.0.len());
        for (index, region) in self.0.iter().enumerate() {
            let is_within = index == 0 || chosen[region.within.index()];
            chosen.push(is_within && is_read(region));
        }
        chosen
    }
}

/// Returns the purpose an element gives what is in it, by its name, its attributes and whether it is unseen ([`is_unseen`]), if
/// it gives any.
pub(super) fn purpose_of<'a>(
    name: &str,
    attributes: impl Iterator<Item = (&'a str, &'a str)>,
    is_unseen: bool,
) -> Option<Purpose> {
    let mut purpose = match name {
        "nav" => Some(Purpose::Navigation),
        "main" => Some(Purpose::Main),
        "article" => Some(Purpose::Article),
        "header" => Some(Purpose::Header),
        "footer" | "aside" => Some(Purpose::Margin),
        _ => None,
    };
    let mut is_hidden = is_unseen;
    for (attribute, value) in attributes {
        match (attribute, value.trim()) {
            ("role", "navigation" | "menu" | "menubar") => purpose = Some(Purpose::Navigation),
            ("role", "main") => purpose = Some(Purpose::Main),
            ("role", "banner") => purpose = Some(Purpose::Header),
            ("role", "contentinfo" | "complementary" | "search" | "dialog" | "alertdialog") => {
                purpose = Some(Purpose::Margin);
            }
            ("aria-hidden", "true") => is_hidden = true,
            _ => {}
        }
    }
    if is_hidden { Some(Purpose::Hidden) } else { purpose }
}

/// Returns whether an element is not shown, by its attributes.
pub(super) fn is_unseen<'a>(mut attributes: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    let is_display_none = |style: &str| {
        style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, value)| {
            let value = value.trim().split(['!', ' ']).next().unwrap_or_default();
            name.trim().eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
        })
    };
    attributes.any(|(attribute, value)| {
        attribute == "hidden" && value != "until-found" || attribute == "style" && is_display_none(value)
    })
}

/// What furniture is called that has no element of its own.
const FURNITURE: [&str; 6] = ["sidebar", "cookie-banner", "breadcrumb", "breadcrumbs", "advert", "share-buttons"];

/// Returns whether an element is called furniture, by its class or its name for links. A page or its main part may be called so
/// for having some.
pub(super) fn is_called_furniture<'a>(name: &str, mut attributes: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    let is_furniture = |word: &str| FURNITURE.iter().any(|furniture| word.eq_ignore_ascii_case(furniture));
    !matches!(name, "html" | "body")
        && attributes
            .any(|(attribute, value)| matches!(attribute, "class" | "id") && value.split_whitespace().any(is_furniture))
}

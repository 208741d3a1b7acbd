//! What of a page is text and what is furniture: navigation, page heads and feet, what is hidden.

/// What a part of a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be read.
    Content,
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
    /// If what is left is too little, everything but navigation is read; and if that is too little, everything.
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
        let lenient = || self.chosen(|region| region.purpose != Purpose::Navigation);
        [strict].into_iter().chain(std::iter::once_with(lenient)).find(is_enough).unwrap_or(vec![true; self.0.len()])
    }

    fn is_content(region: &Region) -> bool {
        match region.purpose {
            Purpose::Content => true,
            Purpose::Header => region.has_main_heading || !region.has_navigation,
            Purpose::Navigation | Purpose::Margin | Purpose::Hidden => false,
        }
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

/// Returns the purpose an element gives what is in it, by its name and attributes, if it gives any.
pub(super) fn purpose_of<'a>(name: &str, attributes: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Purpose> {
    let mut purpose = match name {
        "nav" => Some(Purpose::Navigation),
        "header" => Some(Purpose::Header),
        "footer" | "aside" => Some(Purpose::Margin),
        _ => None,
    };
    let mut is_hidden = false;
    for (attribute, value) in attributes {
        match (attribute, value.trim()) {
            ("role", "navigation" | "menu" | "menubar") => purpose = Some(Purpose::Navigation),
            ("role", "banner") => purpose = Some(Purpose::Header),
            ("role", "contentinfo" | "complementary" | "search" | "dialog" | "alertdialog") => {
                purpose = Some(Purpose::Margin);
            }
            ("aria-hidden", "true") | ("hidden", _) => is_hidden = true,
            _ => {}
        }
    }
    if is_hidden { Some(Purpose::Hidden) } else { purpose }
}

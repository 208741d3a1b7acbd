//! The sample texts that come with the program, in the order they are added. All of `corpora/`.

/// Reads a file of `corpora/` into the program.
macro_rules! sample {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../corpora/", $path)))
    };
}

/// Name and text of each sample; the first one is there to be read while the others are being cut.
pub(crate) const SAMPLES: &[(&str, &str)] = &[
    sample!("interview.vtt"),
    sample!("terms-of-service.md"),
    sample!("articles/01-single-line-token.txt"),
    sample!("articles/02-hive-theft-orchard.txt"),
    sample!("articles/03-poodle-groomer-claim.txt"),
    sample!("articles/04-hospital-bread-trial.txt"),
    sample!("articles/05-regatta-gale-opening.txt"),
    sample!("articles/06-satellite-letter.txt"),
    sample!("articles/07-apprentices-wanted.txt"),
    sample!("articles/08-youngest-helm-title.txt"),
    sample!("articles/09-streetlights-dimmed.txt"),
    sample!("articles/10-signal-box-closes.txt"),
    sample!("articles/11-mite-trial-results.txt"),
    sample!("articles/12-used-car-clocked.txt"),
    sample!("articles/13-weekend-resignalling.txt"),
    sample!("articles/14-fence-nine-inches.txt"),
    sample!("articles/15-night-shift-portrait.txt"),
    sample!("articles/16-harbour-women-crew.txt"),
    sample!("articles/17-telescope-library.txt"),
    sample!("articles/18-moor-by-night.txt"),
    sample!("articles/19-level-crossing-upgrade.txt"),
    sample!("articles/20-observatory-dome-stuck.txt"),
    sample!("articles/21-chemist-window-swarm.txt"),
    sample!("articles/22-violin-repair-crack.txt"),
    sample!("articles/23-sailmaker-loft.txt"),
    sample!("articles/24-stone-mill-reopens.txt"),
    sample!("articles/25-wedding-photos-missing.txt"),
    sample!("articles/26-wet-june-honey.txt"),
    sample!("articles/27-copper-cable-theft.txt"),
    sample!("articles/28-flat-loaf-column.txt"),
    sample!("articles/29-night-race-lanes.txt"),
    sample!("articles/30-mirror-grinder.txt"),
    sample!("articles/31-old-wheat-field.txt"),
    sample!("articles/32-comet-over-quarry.txt"),
    sample!("articles/33-judge-retires-claims.txt"),
    sample!("articles/34-hornet-watch.txt"),
    sample!("articles/35-race-officer-diary.txt"),
    sample!("articles/36-red-signal-inquiry.txt"),
    sample!("articles/37-reservoir-winter-series.txt"),
    sample!("articles/38-frozen-points-night.txt"),
    sample!("articles/39-school-roof-hives.txt"),
    sample!("articles/40-parcel-clock-courier.txt"),
    sample!("articles/41-saturn-sketches.txt"),
    sample!("articles/42-village-oven-lit.txt"),
    sample!("articles/43-yeast-shortage-swap.txt"),
    sample!("articles/44-round-island-drift.txt"),
    sample!("articles/45-bell-code-club.txt"),
    sample!("articles/46-variable-star-logs.txt"),
    sample!("articles/47-gym-contract-illness.txt"),
    sample!("articles/48-island-queen-breeding.txt"),
    sample!("articles/49-honey-show-row.txt"),
    sample!("articles/50-wooden-cutter-returns.txt"),
    sample!("articles/51-sunspot-watchers.txt"),
    sample!("articles/52-heritage-semaphores.txt"),
    sample!("articles/53-prison-bakery-rye.txt"),
    sample!("articles/54-tree-roots-drain.txt"),
    sample!("articles/55-meteor-night-cloud.txt"),
    sample!("articles/56-track-circuit-fault.txt"),
    sample!("articles/57-baker-retires-tamsin.txt"),
    sample!("articles/58-holiday-cottage-river.txt"),
    sample!("articles/59-capsize-rescue-bay.txt"),
    sample!("articles/60-apiary-inspector-obituary.txt"),
    sample!("articles/61-half-built-kitchen.txt"),
    sample!("articles/62-eclipse-on-the-sands.txt"),
    sample!("articles/63-start-line-protest.txt"),
    sample!("articles/64-monastery-glass-hive.txt"),
    sample!("articles/65-sourdough-contest-upset.txt"),
    sample!("articles/66-signaller-simulator.txt"),
    sample!("articles/67-handicap-row.txt"),
    sample!("articles/68-tenant-deposit-mould.txt"),
    sample!("articles/69-control-centre-opens.txt"),
    sample!("articles/70-first-winter-column.txt"),
    sample!("articles/71-asteroid-occultation.txt"),
    sample!("articles/72-flour-price-rise.txt"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_the_corpora_is_a_sample() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/articles");
        let entries = std::fs::read_dir(folder).expect("the folder of the articles");
        let n_articles = entries
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|it| it == "txt")))
            .count();
        assert_eq!(SAMPLES.len(), 2 + n_articles);
        assert!(SAMPLES.iter().all(|(name, text)| !name.is_empty() && !text.trim().is_empty()));
    }
}

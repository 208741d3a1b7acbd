//! Work shared out among threads, an item at a time: what each item gives depends on neither their number nor their pace.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::progress::Progress;

/// Fails if there is no thread to work on.
pub(super) fn check_threads(n_threads: usize) -> Result<()> {
    if n_threads == 0 {
        return Err(Error::Setting { name: "threads", needed: "at least 1", found: n_threads.to_string() });
    }
    Ok(())
}

/// How often an item is reported: not for each, since a short one takes less than a millisecond.
const REPORT_EVERY: usize = 16;

/// Returns what `run` makes of each of `sizes.len()` items, in their order, on a thread for each of `workers`.
///
/// The largest items are run first, so that no thread is left with one at the end. The first failure ends the work, as a
/// cancel does; of both, the failure is told.
pub(super) fn run_all<W: Sync, T: Send>(
    workers: &[W],
    sizes: &[usize],
    run: impl Fn(&W, usize) -> Result<T> + Sync,
    progress: &dyn Progress,
) -> Result<Vec<T>> {
    progress.check()?;
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&item| std::cmp::Reverse(sizes[item]));
    let (next, n_done, is_stopped) = (AtomicUsize::new(0), Mutex::new(0_usize), AtomicBool::new(false));
    let results: Vec<Mutex<Option<Result<T>>>> = order.iter().map(|_| Mutex::new(None)).collect();
    let work = |worker: &W| {
        while !is_stopped.load(Ordering::Relaxed) {
            let Some(&item) = order.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let result = if progress.is_cancelled() { Err(Error::Cancelled) } else { run(worker, item) };
            is_stopped.fetch_or(result.is_err(), Ordering::Relaxed);
            *results[item].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            // Held while it is told, so that no thread tells of less after another told of more.
            let mut n_done = n_done.lock().unwrap_or_else(PoisonError::into_inner);
            *n_done += 1;
            if n_done.is_multiple_of(REPORT_EVERY) || *n_done == order.len() {
                progress.report(*n_done, order.len());
            }
        }
    };
    std::thread::scope(|scope| {
        for worker in workers {
            scope.spawn(|| work(worker));
        }
    });
    let mut found = Vec::with_capacity(results.len());
    let mut stopped = None;
    for result in results {
        match result.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(Ok(result)) => found.push(result),
            Some(Err(Error::Cancelled)) | None => stopped = stopped.or(Some(Error::Cancelled)),
            Some(Err(failure)) => return Err(failure),
        }
    }
    stopped.map_or(Ok(found), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;
    use crate::progress::tests::Noted;

    #[test]
    fn results_come_in_the_order_of_the_items_on_any_number_of_threads() {
        let sizes = [3, 1, 4, 1, 5, 9, 2, 6];
        for n_threads in [1, 2, 5] {
            let squares = run_all(&vec![(); n_threads], &sizes, |(), item| Ok(sizes[item] * item), &Unwatched);
            assert_eq!(squares.expect("none fails"), [0, 1, 8, 3, 20, 45, 12, 42]);
        }
    }

    #[test]
    fn what_is_done_is_never_said_to_be_less_than_before() {
        let noted = Noted::default();
        run_all(&[(); 8], &vec![1; 20_000], |(), item| Ok(item), &noted).expect("none fails");
        let reports = noted.reports();
        assert!(reports.is_sorted() && reports.last() == Some(&(20_000, 20_000)));
    }

    #[test]
    fn a_failure_ends_the_work_and_is_told() {
        let run = |(): &(), item: usize| if item == 1 { Err(Error::NoDocument(1)) } else { Ok(item) };
        let failed = run_all(&[(), ()], &[1; 100], run, &Unwatched);
        assert!(matches!(failed, Err(Error::NoDocument(1))), "{failed:?}");
    }

    #[test]
    fn nothing_to_do_is_done() {
        assert!(run_all(&[()], &[], |(), item| Ok(item), &Unwatched).expect("none fails").is_empty());
    }
}

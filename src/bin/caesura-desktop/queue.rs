//! The queue of jobs: how long a job still takes, and in which order they come.
//!
//! In: how far a job has come, and when. Out: an estimate, or none as long as it would be a guess.

use std::path::PathBuf;
use std::time::Duration;

use crate::state::State;
use crate::worker::{JobId, Request};

/// What the user asks of the queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// Do a job before the one above it.
    Earlier(JobId),
    /// Do a job after the one below it.
    Later(JobId),
    /// Stop every job.
    CancelAll,
    /// Add once more what could not be added.
    Retry(Vec<PathBuf>),
}

/// How fast a job goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    /// How long it was worked on: the time it waited for others is not in it.
    active: Duration,
    /// When it was last heard of, if it was the last that was heard of.
    heard: Option<Duration>,
    /// How much of it is done, in `0.0..=1.0`, and how much was when it was first heard of.
    share: f32,
    first_share: Option<f32>,
}

/// An estimate from less than this is a guess.
const LEAST_TIME: Duration = Duration::from_secs(3);
const LEAST_SHARE: f32 = 0.02;

impl Pace {
    /// Takes that the job has come as far as `share` at the moment `now`.
    pub(crate) fn note(&mut self, now: Duration, share: f32) {
        self.active += self.heard.map_or(Duration::ZERO, |heard| now.saturating_sub(heard));
        self.heard = Some(now);
        self.share = share;
        self.first_share.get_or_insert(share);
    }

    /// Takes that another job is worked on.
    pub(crate) fn pause(&mut self) {
        self.heard = None;
    }

    /// Returns whether it was the last job that was heard of.
    pub(crate) fn is_running(&self) -> bool {
        self.heard.is_some()
    }

    /// Returns how long the rest takes if it goes on as so far.
    pub(crate) fn remaining(&self, now: Duration) -> Option<Duration> {
        let done = self.share - self.first_share?;
        if self.active < LEAST_TIME || done < LEAST_SHARE {
            return None;
        }
        let rest = self.active.mul_f32(((1.0 - self.share) / done).max(0.0));
        let since = self.heard.map_or(Duration::ZERO, |heard| now.saturating_sub(heard));
        Some(rest.saturating_sub(since))
    }
}

/// Returns a time that is left as people say it; no finer than an estimate is.
pub(crate) fn left(rest: Duration) -> String {
    let secs = rest.as_secs();
    match secs {
        0..=9 => "a few seconds left".to_owned(),
        10..=55 => format!("about {} s left", secs.div_ceil(10) * 10),
        56..=5399 => format!("about {} min left", secs.div_ceil(60)),
        _ => format!("about {:.1} h left", secs as f32 / 3600.0),
    }
}

impl State {
    /// Does what the user asks of the queue.
    pub(crate) fn in_queue(&mut self, ask: Ask) -> Vec<Request> {
        match ask {
            Ask::Earlier(id) => self.move_job(id, -1),
            Ask::Later(id) => self.move_job(id, 1),
            Ask::CancelAll => {
                let running: Vec<JobId> = self.jobs.iter().filter(|job| !job.is_cancelled).map(|job| job.id).collect();
                running.into_iter().flat_map(|id| self.cancel(id)).collect()
            }
            Ask::Retry(paths) => {
                self.notices.retain(|notice| notice.offer.as_ref().is_none_or(|offer| !offer.retries(&paths)));
                self.add(paths)
            }
        }
    }

    fn move_job(&mut self, id: JobId, by: i64) -> Vec<Request> {
        let Some(at) = self.jobs.iter().position(|job| job.id == id) else { return Vec::new() };
        let to = (at as i64 + by).clamp(0, self.jobs.len() as i64 - 1) as usize;
        if to == at {
            return Vec::new();
        }
        let job = self.jobs.remove(at);
        self.jobs.insert(to, job);
        vec![Request::Order(self.jobs.iter().map(|job| job.id).collect())]
    }

    /// Takes how far a job has come; the others wait meanwhile.
    pub(crate) fn note_progress(&mut self, id: JobId, label: &str, done: usize, total: usize) {
        let now = self.now;
        for job in &mut self.jobs {
            if job.id == id {
                job.pace.note(now, if total == 0 { 0.0 } else { done as f32 / total as f32 });
                (job.label, job.done, job.total) = (label.to_owned(), done, total);
            } else {
                job.pace.pause();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn steady_work_is_foretold_from_two_hundredths_on() {
        let mut pace = Pace::default();
        for second in 0..=100 {
            pace.note(secs(second), second as f32 / 100.0);
            match pace.remaining(secs(second)) {
                Some(rest) => assert!(rest.abs_diff(secs(100 - second)) < secs(1), "{rest:?} at {second}"),
                None => assert!(second < 3, "{second}"),
            }
        }
    }

    #[test]
    fn time_spent_waiting_does_not_slow_the_estimate() {
        let mut pace = Pace::default();
        pace.note(secs(0), 0.0);
        pace.note(secs(10), 0.5);
        pace.pause();
        pace.note(secs(1000), 0.5);
        pace.note(secs(1002), 0.6);
        assert_eq!(pace.remaining(secs(1002)).map(|rest| rest.as_secs()), Some(7));
    }

    #[test]
    fn the_estimate_falls_between_two_reports() {
        let mut pace = Pace::default();
        pace.note(secs(0), 0.0);
        pace.note(secs(50), 0.5);
        assert_eq!(pace.remaining(secs(70)), Some(secs(30)));
        assert_eq!(pace.remaining(secs(200)), Some(secs(0)));
    }

    #[test]
    fn what_is_left_is_said_no_finer_than_it_is_known() {
        for (rest, expected) in [
            (4, "a few seconds left"),
            (31, "about 40 s left"),
            (59, "about 1 min left"),
            (601, "about 11 min left"),
            (9000, "about 2.5 h left"),
        ] {
            assert_eq!(left(secs(rest)), expected);
        }
    }
}

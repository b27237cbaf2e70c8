//! Compute threads. Each has a pool of one thread, so that the backend uses one core a piece of work: two pieces side
//! by side are faster than both cores on one (framework measurements), and give the same bits.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::denormals::flushing_denormals;

/// Threads that map a function over items.
#[derive(Debug)]
pub(crate) struct Workers {
    pools: Vec<ThreadPool>,
}

impl Workers {
    /// `count` threads, at least one.
    pub(crate) fn new(count: usize) -> Self {
        let pool = |_| ThreadPoolBuilder::new().num_threads(1).build().expect("the system has one more thread");
        Self { pools: (0..count.max(1)).map(pool).collect() }
    }

    /// `f` of each item with its index; results in the items' order, whatever the number of threads. Denormal numbers
    /// count as zero inside.
    pub(crate) fn map<T: Send, R: Send>(&self, items: Vec<T>, f: impl Fn(usize, T) -> R + Sync) -> Vec<R> {
        let count = items.len();
        let mut shares: Vec<Vec<(usize, T)>> = self.pools.iter().map(|_| Vec::new()).collect();
        for (index, item) in items.into_iter().enumerate() {
            shares[index % self.pools.len()].push((index, item));
        }
        let f = &f;
        let work = |share: Vec<(usize, T)>| share.into_iter().map(|(i, item)| (i, f(i, item))).collect::<Vec<_>>();
        let done: Vec<Vec<(usize, R)>> = std::thread::scope(|scope| {
            let run = |(pool, share): (_, _)| {
                scope.spawn(move || ThreadPool::install(pool, || flushing_denormals(|| work(share))))
            };
            let running: Vec<_> = self.pools.iter().zip(shares).map(run).collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut results: Vec<Option<R>> = (0..count).map(|_| None).collect();
        done.into_iter().flatten().for_each(|(index, result)| results[index] = Some(result));
        results.into_iter().flatten().collect()
    }

    /// As [`map`](Self::map), but no item is begun once `stop` is set; `None` if one was not.
    pub(crate) fn map_until<T: Send, R: Send>(
        &self,
        stop: &AtomicBool,
        items: Vec<T>,
        f: impl Fn(usize, T) -> R + Sync,
    ) -> Option<Vec<R>> {
        let unless_stopped = |index, item| (!stop.load(Ordering::Relaxed)).then(|| f(index, item));
        self.map(items, unless_stopped).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        for count in [1, 2, 5] {
            let squares = Workers::new(count).map((0..20).collect(), |index, item: usize| index * item);
            assert_eq!(squares, (0..20).map(|i| i * i).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_begun_once_the_flag_is_set() {
        let stop = AtomicBool::new(false);
        let until = |last: usize| {
            Workers::new(1).map_until(&stop, (0..20).collect(), |index, item: usize| {
                stop.store(index >= last, Ordering::Relaxed);
                item
            })
        };
        assert_eq!(until(20), Some((0..20).collect()));
        assert_eq!(until(5), None);
    }

    #[test]
    fn denormals_are_flushed_on_the_workers() {
        let tiny = std::hint::black_box(1e-39_f32);
        assert_eq!(Workers::new(1).map(vec![tiny], |_, x| x * std::hint::black_box(1.0)), [0.0]);
    }
}

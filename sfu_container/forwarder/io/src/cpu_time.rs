//! How much a thread has worked.

use std::time::Duration;

/// The CPU time that the calling thread has used.
pub fn thread_cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec that lives through the call. The clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    // Neither is ever negative.
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_calling_thread_counts() {
        let mut sum = 0_u64;
        let before = thread_cpu_time();
        while thread_cpu_time() - before < Duration::from_millis(20) {
            sum = std::hint::black_box(sum + 1);
        }
        let other = std::thread::spawn(thread_cpu_time).join().unwrap_or_default();
        assert!(other < Duration::from_millis(20), "{other:?}");
    }
}

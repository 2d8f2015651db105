//! Runs the simulations of congestion control, says in short what happened, and writes it in full as CSV files.
//!
//! `cargo run --release --example congestion_trace -- FOLDER` writes `step_slots.csv`, `step_elastic.csv`,
//! `loss_slots.csv` and `loss_elastic.csv`; `bench/congestion/plot.py` draws them.

#[path = "../tests/congestion/scenarios.rs"]
mod scenarios;
#[path = "../tests/congestion/simulation/mod.rs"]
mod simulation;

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs, io, process};

use scenarios::{END, FALL, RISE, Video, late_fall, random_loss, rate_steps, stalls};
use simulation::sender::SentBytes;
use simulation::trace::Trace;

/// Rates are averaged over so many samples, a quarter of a second: frames make single ones leap.
const SAMPLES: usize = 6;

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: congestion_trace FOLDER");
        process::exit(2);
    };
    fs::create_dir_all(&folder)?;
    for (name, trace) in [
        ("step_slots", rate_steps(Video::Slots)),
        ("step_elastic", rate_steps(Video::Elastic)),
        ("loss_slots", random_loss(Video::Slots)),
        ("loss_elastic", random_loss(Video::Elastic)),
    ] {
        print_summary(name, &trace);
        fs::write(folder.join(name).with_extension("csv"), csv(&trace))?;
    }
    print_falls();
    print_pauses();
    Ok(())
}

fn print_summary(name: &str, trace: &Trace) {
    println!("{name}");
    for (from, until) in [(10.0, FALL), (FALL + 2.0, RISE), (RISE + 10.0, END - 1.0)] {
        let megabits = |rate: f64| rate / 1e6;
        println!(
            "  {from:2}-{until:2} s: sent {:.2} Mbit/s, media {:.2} Mbit/s, estimate {:3.0} % of the path, queueing delay \
             at most {:3} ms, audio later than 200 ms: {}, never: {}",
            megabits(trace.sent_rate(from, until)),
            megabits(trace.media_rate(from, until)),
            trace.target_share(from, until) * 100.0,
            trace.longest_queueing_delay(from, until).as_millis(),
            trace.late_audio(from, until, Duration::from_millis(200)),
            trace.late_audio(from, until, Duration::MAX),
        );
    }
    let waited = trace.longest_audio_wait.as_millis();
    println!("  given up by the pacer: {} packets; audio waited there at most {waited} ms", trace.expired);
}

/// How the queue after the fall depends on when it comes between two reports.
fn print_falls() {
    for video in [Video::Slots, Video::Elastic] {
        for phase in 0..10 {
            let later = f64::from(phase) / 100.0;
            let (trace, fall) = (late_fall(video, later), FALL + later);
            let longest = trace.longest_queueing_delay(fall, fall + 3.0).as_millis();
            let above = trace.time_above(fall, fall + 3.0, Duration::from_millis(200)).as_millis();
            println!(
                "{video:?}, fall at {fall:.2} s: queueing delay at most {longest} ms, above 200 ms for {above} ms"
            );
        }
    }
}

fn print_pauses() {
    for video in [Video::Slots, Video::Elastic] {
        for millis in [100, 200, 300] {
            let trace = stalls(video, Duration::from_millis(millis));
            let (media, lowest) = (trace.media_rate(10.0, END) / 1e6, trace.lowest_target(10.0, END) as f64 / 1e6);
            println!("{video:?}, pauses of {millis} ms: media {media:.2} Mbit/s, estimate at least {lowest:.2} Mbit/s");
        }
    }
}

/// One line for each sample.
fn csv(trace: &Trace) -> String {
    let mut text = "seconds,link_bps,estimate_bps,media_bps,sent_bps,queueing_delay_ms\n".to_owned();
    for samples in trace.samples.windows(SAMPLES) {
        let (first, last) = (samples[0], samples[SAMPLES - 1]);
        let elapsed = (last.at - first.at).as_secs_f64();
        let rate = |select: fn(&SentBytes) -> usize| (select(&last.sent) - select(&first.sent)) as f64 * 8.0 / elapsed;
        let media = rate(|sent| sent.media);
        let sent = rate(|sent| sent.media + sent.retransmissions + sent.padding);
        let (seconds, delay) = (last.at.as_secs_f64(), last.queueing_delay.as_secs_f64() * 1e3);
        // Writing into a String does not fail.
        let _ = writeln!(text, "{seconds:.2},{},{},{media:.0},{sent:.0},{delay:.1}", last.link, last.target);
    }
    text
}

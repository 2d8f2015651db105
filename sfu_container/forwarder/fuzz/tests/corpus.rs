//! Replays every input that the fuzzer kept, and those that once broke a promise.

use std::fs;
use std::path::Path;

use parley_forwarder_fuzz::TARGETS;

#[test]
fn inputs_that_the_fuzzer_kept_break_no_promise() {
    for (name, check) in TARGETS {
        let inputs = read("corpus", name);
        assert!(!inputs.is_empty(), "{name} has no corpus");
        inputs.iter().for_each(|input| check(input));
    }
}

#[test]
fn what_broke_a_promise_once_does_so_no_more() {
    for (name, check) in TARGETS {
        read("regressions", name).iter().for_each(|input| check(input));
    }
}

/// One input a line, in hexadecimal digits; a target may have none.
fn read(folder: &str, target: &str) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(target).with_extension("txt");
    let text = fs::read_to_string(&path).unwrap_or_default();
    text.lines().filter(|line| !line.starts_with('#')).map(from_hex).collect()
}

fn from_hex(line: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&line[at..at + 2], 16).expect("pairs of hexadecimal digits");
    (0..line.len()).step_by(2).map(byte).collect()
}

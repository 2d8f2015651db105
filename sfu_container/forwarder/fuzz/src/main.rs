//! The fuzzer. `PARLEY_FUZZ_TARGET` names one of [`TARGETS`]; the arguments are libFuzzer's.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parley_forwarder_fuzz::{Check, TARGETS};

static CHECK: LazyLock<Check> = LazyLock::new(|| {
    let wanted = std::env::var("PARLEY_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(name, _)| *name == wanted);
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    found.unwrap_or_else(|| panic!("PARLEY_FUZZ_TARGET must be one of {}", names.join(", "))).1
});

fuzz_target!(|data: &[u8]| CHECK(data));

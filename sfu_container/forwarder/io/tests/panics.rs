//! A bug in the engine's thread must not leave a node that looks alive.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use parley_forwarder_core::negotiated::EngineConfig;
use parley_forwarder_io::EngineThread;

/// Where it is set, this program is the one that panics.
const IS_CHILD: &str = "PARLEY_TEST_PANICS";

#[test]
fn a_panic_in_the_engine_ends_the_process_and_says_where() {
    if std::env::var_os(IS_CHILD).is_some() {
        let engine = EngineThread::start(&[], &[], EngineConfig::default(), 1).unwrap();
        let _ = engine.call(|_, _, _| panic!("a bug"));
        return;
    }
    let program = std::env::current_exe().unwrap();
    let child = Command::new(program).args(["--nocapture"]).env(IS_CHILD, "1").output().unwrap();
    let told = String::from_utf8_lossy(&child.stderr).into_owned();
    assert_eq!(child.status.signal(), Some(libc::SIGABRT), "{told}");
    assert!(told.contains("'parley-engine'") && told.contains("a bug") && told.contains(file!()), "{told}");
}

//! The whole engine: any sequence of input from strangers and from Peers with the right keys, of commands, and of time.
//!
//! What must hold: no panic, no answer to a stranger, and a bounded answer to anybody.

mod commands;
mod peer;
mod world;

use crate::bytes::{Input, secret_of};
use world::World;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let mut world = World::new(secret_of(data));
    while !input.is_empty() {
        match input.u8() % 10 {
            0 => world.receive_raw(&mut input),
            1 | 2 => world.receive_media(&mut input),
            3 => world.receive_rtp(&mut input),
            4 => world.receive_rtcp(&mut input),
            5 => world.receive_repetition(&mut input),
            6 => world.receive_check(&mut input),
            7 => world.command(&mut input),
            8 => world.replay(&mut input),
            _ => world.pass_time(&mut input),
        }
    }
}

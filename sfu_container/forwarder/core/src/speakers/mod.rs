//! Rooms in which Peers hear the loudest others.

mod level;
mod ranking;
mod room;

pub(crate) use level::{AudioLevel, level_of};
pub(crate) use room::Room;

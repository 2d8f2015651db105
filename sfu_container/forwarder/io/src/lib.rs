//! The packet engine's one thread: sockets, clock and queues around the core. Linux only.
//!
//! [`EngineThread`] binds the sockets and runs the loop; commands go in as closures, events come out of a queue with a file
//! descriptor to wait on. A panic in the thread ends the process: a node with a dead engine would look alive.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![warn(missing_docs, clippy::undocumented_unsafe_blocks)]

mod clock;
mod cpu_time;
mod epoll;
mod event_fd;
mod event_loop;
mod event_queue;
pub mod framing;
mod outbound;
mod socket;
mod socket_address;
mod tcp_connection;
mod tcp_ports;
mod thread;
mod udp_receive;
mod udp_send;
mod unproven;

pub use cpu_time::thread_cpu_time;
pub use event_queue::EventQueue;
pub use thread::{Closed, EngineThread};

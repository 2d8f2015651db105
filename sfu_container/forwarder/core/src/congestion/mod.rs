//! Congestion control of what is sent to one Peer: how much, when, and which layers.
//!
//! ```text
//! packets sent ──> send_history ──┐
//! TWCC feedback ─> feedback ──────┴─> arrival_groups ─> delay_trend ─> aimd ──┐
//!                     │   └─────────> acknowledged_rate ────────────────┘     ├─> target ─> allocator ─> layers
//!                     ├─────────────> loss ───────────────────────────────────┤
//!                     ├─────────────> probe ──────────────────────────────────┤
//!                     ├─────────────> standing_queue <─ surge ────────────────┼─> pacing rate ─> pacer ─> socket
//!                     └─────────────> flight_window ──────────────────────────┘
//! ```
//!
//! [`Estimator`] ties the upper part together; a Peer without such feedback has a [`ReceiverEstimator`] in its place. It
//! follows draft-ietf-rmcat-gcc-02 with what Google's implementation learnt since, and two changes that `loss` and `standing_queue` explain. All rates are in bits per second, all times
//! in microseconds; nothing allocates per packet once buffers have grown to the rate.

mod acknowledged_rate;
mod aimd;
mod allocator;
mod arrival_groups;
mod delay_trend;
mod drained_rate;
mod estimator;
mod feedback;
mod flight_window;
mod link_capacity;
mod loss;
mod pacer;
mod pacing_debt;
mod probe;
mod probe_run;
mod receiver_estimator;
mod recent_minimum;
mod send_history;
mod standing_queue;
mod surge;

pub use allocator::{Allocator, LayerOffer, SlotDemand, wanted_bits_per_second};
pub use estimator::{Estimator, EstimatorConfig};
pub use pacer::{Pacer, PacerError, PacketKind, Release};
pub use probe::{ClusterId, ProbeCluster};
pub use receiver_estimator::{LossReport, ReceiverEstimator};

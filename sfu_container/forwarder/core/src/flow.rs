//! What comes of a stream: whether it flows, and what each of its spatial layers takes.

use std::time::Duration;

use crate::time::Instant;

/// How long after its last packet a stream still counts as flowing. With the time that a keyframe takes this stays below
/// the second after which a Slot has to show another encoding.
const FLOWING: Duration = Duration::from_millis(500);
/// Rates are measured over so much at least: a moment after the first packet tells nothing.
const MIN_MEASURED: Duration = Duration::from_millis(100);
/// The share of a new value in the measured rate, at ten a second.
const RATE_GAIN: f64 = 0.1;
/// Of VP9 and AV1.
pub(crate) const MAX_SPATIAL_LAYERS: usize = 8;

#[derive(Clone, Copy, Default)]
struct LayerFlow {
    unmeasured_bytes: u64,
    /// Bits per second; 0 until it is measured.
    rate: f64,
    last_packet_at: Option<Instant>,
}

/// The flow of one stream. While it pauses the rates stay as they were, for that is what it will take again.
#[derive(Default)]
pub(crate) struct Flow {
    layers: [LayerFlow; MAX_SPATIAL_LAYERS],
    last_packet_at: Option<Instant>,
    measured_at: Option<Instant>,
}

impl Flow {
    /// Notes a packet of a spatial layer; tells whether the stream begins to flow with it.
    pub(crate) fn note(&mut self, spatial: u8, len: usize, now: Instant) -> bool {
        let begins = !self.is_on(now);
        if begins {
            self.layers.iter_mut().for_each(|layer| layer.unmeasured_bytes = 0);
            self.measured_at = Some(now);
        }
        if let Some(layer) = self.layers.get_mut(usize::from(spatial)) {
            layer.unmeasured_bytes += len as u64;
            layer.last_packet_at = Some(now);
        }
        self.last_packet_at = Some(now);
        begins
    }

    /// Takes the rates since the last call into the measured ones.
    pub(crate) fn measure(&mut self, now: Instant) {
        let elapsed = self.measured_at.map_or(Duration::ZERO, |last| now - last);
        if elapsed < MIN_MEASURED || !self.is_on(now) {
            return;
        }
        self.measured_at = Some(now);
        for layer in &mut self.layers {
            let rate = std::mem::take(&mut layer.unmeasured_bytes) as f64 * 8.0 / elapsed.as_secs_f64();
            let share = if layer.rate == 0.0 { 1.0 } else { RATE_GAIN };
            layer.rate += (rate - layer.rate) * share;
        }
    }

    /// What the layers up to that one take, in bits per second; 0 until it is measured.
    pub(crate) fn bits_per_second(&self, spatial: u8) -> u64 {
        self.layers.iter().take(usize::from(spatial) + 1).map(|layer| layer.rate).sum::<f64>() as u64
    }

    /// Whether anything came lately.
    pub(crate) fn is_on(&self, now: Instant) -> bool {
        self.last_packet_at.is_some_and(|last| now - last < FLOWING)
    }

    /// When the newest packet came.
    pub(crate) const fn last_packet_at(&self) -> Option<Instant> {
        self.last_packet_at
    }

    /// The highest layer that came with the others lately; pictures may be rare.
    pub(crate) fn highest_layer(&self) -> u8 {
        let Some(newest) = self.last_packet_at else { return 0 };
        let comes = |layer: &LayerFlow| layer.last_packet_at.is_some_and(|last| newest - last < FLOWING);
        // There are fewer than 256.
        self.layers.iter().rposition(comes).unwrap_or_default() as u8
    }
}

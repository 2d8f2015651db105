//! A network that loses, delays and repeats packets, the same ones for the same seed.

use std::time::Duration;

/// What happens to packets on their way, in either direction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions {
    /// The share that is lost.
    pub loss: f64,
    /// The share that comes twice.
    pub duplication: f64,
    /// At least so long on the way.
    pub delay: Duration,
    /// At most so much longer; packets overtake one another by it.
    pub jitter: Duration,
}

pub struct Network {
    state: u64,
    conditions: Conditions,
}

impl Network {
    /// Loses a share of the packets.
    pub fn new(loss: f64, seed: u64) -> Self {
        Self { state: seed | 1, conditions: Conditions { loss, ..Conditions::default() } }
    }

    pub fn set(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// How long each copy of the next packet takes; none when it is lost.
    pub fn delays(&mut self) -> Vec<Duration> {
        let Conditions { loss, duplication, delay, jitter } = self.conditions;
        if self.uniform() < loss {
            return Vec::new();
        }
        let copies = if duplication > 0.0 && self.uniform() < duplication { 2 } else { 1 };
        let mut delay_of = || if jitter.is_zero() { delay } else { delay + jitter.mul_f64(self.uniform()) };
        (0..copies).map(|_| delay_of()).collect()
    }

    /// From 0 to 1 (xorshift64*, Vigna 2016).
    pub fn uniform(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let mixed = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn set_loss(&mut self, loss: f64) {
        self.conditions.loss = loss;
    }
}

//! A network that loses packets, the same ones for the same seed.

pub struct Network {
    state: u64,
    loss: f64,
}

impl Network {
    pub fn new(loss: f64, seed: u64) -> Self {
        Self { state: seed | 1, loss }
    }

    /// Whether the next packet arrives.
    pub fn passes(&mut self) -> bool {
        self.uniform() >= self.loss
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
        self.loss = loss;
    }
}

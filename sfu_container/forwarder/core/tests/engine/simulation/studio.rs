//! A publisher of three sizes, and a viewer behind a narrow link.

use std::time::Duration;

use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Event, Path};

use super::link::{Link, Reporting, SLOT_SSRC};
use super::packets::DEPENDENCY_DESCRIPTOR;
use super::{Decoder, Encoder, STEP, Scheme, TRANSPORT_SEQUENCE, World};

const PICTURE_INTERVAL: Duration = Duration::from_micros(33_333);
/// At 30 pictures a second 0.1, 0.5 and 1.5 Mbit/s; layers need those below, which count in.
const ENCODING_BYTES: [usize; 3] = [420, 2_100, 6_300];
const LAYER_BYTES: [usize; 3] = [420, 1_680, 4_200];

pub struct Studio {
    pub world: World,
    pub camera: Encoder,
    /// Whether the camera leaves out what it is told that nobody wants.
    pub obeys: bool,
    publisher: Path,
    pub viewer: Path,
    pub link: Link,
    next_picture: Instant,
    next_report: Instant,
    reporting: Reporting,
}

impl Studio {
    /// With three encodings of VP8.
    pub fn new(bits_per_second: u64, reporting: Reporting) -> Self {
        Self::with_camera(Scheme::Vp8Simulcast, bits_per_second, reporting)
    }

    pub fn with_camera(scheme: Scheme, bits_per_second: u64, reporting: Reporting) -> Self {
        let mut world = World::new();
        let (publisher, viewer) = (world.join("ann"), world.join("bob"));
        let mut camera = Encoder::new(publisher, scheme, 100);
        camera.bytes = if scheme.is_layered() { LAYER_BYTES } else { ENCODING_BYTES };
        camera.publish(&mut world, "ann", "camera");
        let extensions = [DEPENDENCY_DESCRIPTOR, TRANSPORT_SEQUENCE];
        let count = if reporting == Reporting::Arrivals { 2 } else { 1 };
        world.add_slot_with("bob", "slot", scheme.codec(), SLOT_SSRC, &extensions[..count]);
        world.route("slot", "camera", 720);
        let now = world.now;
        Self {
            world,
            camera,
            obeys: false,
            publisher,
            viewer,
            link: Link::new(bits_per_second),
            next_picture: now,
            next_report: now,
            reporting,
        }
    }

    /// Runs for so long; returns how much arrived, in bits per second.
    pub fn run(&mut self, time: Duration) -> u64 {
        let (until, before) = (self.world.now + time, self.link.delivered_bytes);
        while self.world.now < until {
            let now = self.world.now;
            if now >= self.next_picture {
                self.next_picture = now + PICTURE_INTERVAL;
                self.shoot();
            }
            if now >= self.next_report {
                self.next_report = now + self.link.report(self.reporting, &mut self.world, &self.viewer);
                [self.viewer, self.publisher].iter().for_each(|path| self.world.consent(path));
            }
            for nack in self.world.client(&self.viewer).take_nacks(now) {
                self.world.send(&self.viewer, &nack);
            }
            self.world.engine.flush(now, &mut self.world.outbox);
            if now >= self.world.engine.next_tick() {
                self.world.engine.tick(now, &mut self.world.outbox);
            }
            self.link.carry(&mut self.world, &self.viewer);
            self.world.events.extend(std::iter::from_fn(|| self.world.engine.next_event()));
            self.world.now = now + STEP;
        }
        ((self.link.delivered_bytes - before) as f64 * 8.0 / time.as_secs_f64()) as u64
    }

    fn shoot(&mut self) {
        if self.obeys {
            self.camera.obey(&self.world, "camera");
        }
        self.camera.shoot(&mut self.world);
    }

    pub fn carried(&self) -> Option<String> {
        self.world.events.iter().rev().find_map(|event| match event {
            Event::SlotChanged { rid, .. } => Some(rid.as_ref().map(|rid| rid.to_string())),
            _ => None,
        })?
    }

    /// What the viewer made of what came so far.
    pub fn watched(&mut self) -> Decoder {
        Decoder::decode_rest(&self.world.client(&self.viewer).of(SLOT_SSRC))
    }
}

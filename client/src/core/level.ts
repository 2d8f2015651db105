const SAMPLES = 512;
/** Decibels below full scale that count as silence; ordinary speech into a laptop is at about -30. */
const FLOOR_DB = -60;

/**
 * Measures how loud the track is, from 0 (silence) to 1 (full scale), a few times a second.
 * Answers with the function that ends that.
 */
export function watchLevel(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = SAMPLES;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(SAMPLES);
  const timer = setInterval(() => {
    // Browsers hold an AudioContext until the person touches the page.
    if (context.state === "suspended") void context.resume();
    analyser.getFloatTimeDomainData(samples);
    onLevel(levelOf(samples));
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** The loudness of samples between -1 and 1, on a scale that is even to the ear. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(Math.max(power, 1e-12));
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

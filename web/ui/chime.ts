/** Two short tones made on the spot: no file to fetch, as loud as was chosen. */

const TONES_HZ = [660, 880];
const TONE_S = 0.16;

let context: AudioContext | null = null;

/**
 * Sounds the chime at a volume of 0 (nothing) to 1. A browser that has not been touched yet keeps
 * quiet; whatever the chime says must also be seen.
 */
export function chime(volume: number): void {
  if (volume <= 0 || typeof AudioContext === "undefined") return;
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume().catch(() => undefined);
    const gain = context.createGain();
    gain.connect(context.destination);
    const from = context.currentTime;
    TONES_HZ.forEach((frequency, at) => {
      const tone = context!.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(from + at * TONE_S);
      tone.stop(from + (at + 1) * TONE_S);
    });
    gain.gain.setValueAtTime(volume * 0.3, from);
    gain.gain.linearRampToValueAtTime(0, from + TONES_HZ.length * TONE_S);
  } catch {
    /* no sound device: the card and the title say it too */
  }
}

/** Short tones made on the spot: no file to fetch, as loud as was chosen. */

/** The tones of each tune, in Hz; they follow one another. */
const TUNES = { two: [660, 880], rise: [523, 659, 784], fall: [784, 523], bell: [1047] } as const;
const TONE_S = 0.16;

export type Tune = keyof typeof TUNES | "none";
export const tunes: readonly Tune[] = [...(Object.keys(TUNES) as (keyof typeof TUNES)[]), "none"];

let context: AudioContext | null = null;

/**
 * Sounds a tune at a volume of 0 (nothing) to 1. A browser that has not been touched yet keeps
 * quiet; whatever the chime says must also be seen.
 */
export function chime(volume: number, tune: Tune = "two"): void {
  if (volume <= 0 || tune === "none" || typeof AudioContext === "undefined") return;
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume().catch(() => undefined);
    const tones = TUNES[tune];
    const gain = context.createGain();
    gain.connect(context.destination);
    const from = context.currentTime;
    tones.forEach((frequency, at) => {
      const tone = context!.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(from + at * TONE_S);
      tone.stop(from + (at + 1) * TONE_S);
    });
    gain.gain.setValueAtTime(volume * 0.3, from);
    gain.gain.linearRampToValueAtTime(0, from + tones.length * TONE_S);
  } catch {
    /* no sound device: the card and the title say it too */
  }
}

/** The level of the microphone, as long as one looks: nothing is kept and nothing leaves the page. */

export type Refused = "denied" | "none" | "busy";

export interface Microphone {
  name: string;
  /** How loud it is now, 0 to 1 of what can be told. */
  level: () => number;
  stop: () => void;
}

function why(error: unknown): Refused {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "none";
}

/** Asks for the microphone; the browser asks the person. */
export async function listen(): Promise<Microphone | Refused> {
  // Browsers hide it from pages without TLS.
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!devices) return "none";
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia({ audio: true });
  } catch (error) {
    return why(error);
  }
  const context = new AudioContext();
  void context.resume().catch(() => undefined);
  const ear = context.createAnalyser();
  ear.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(ear);
  const heard = new Float32Array(ear.fftSize);
  return {
    name: stream.getAudioTracks()[0]?.label ?? "",
    level: () => {
      ear.getFloatTimeDomainData(heard);
      const power = heard.reduce((sum, one) => sum + one * one, 0) / heard.length;
      // −60 dB and below is silence, 0 dB is all there is.
      return Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-9)) / 60));
    },
    stop: () => {
      for (const track of stream.getTracks()) track.stop();
      void context.close().catch(() => undefined);
    },
  };
}

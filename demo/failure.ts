/** A reason to stop the demo that the reader can act on: what happened and, where known, what to do. */
export class DemoFailure extends Error {
  readonly fix: string | undefined;

  constructor(message: string, fix?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DemoFailure';
    this.fix = fix;
  }
}

/** The demo was asked to stop (Ctrl-C, SIGTERM). Not a failure. */
export class DemoStopped extends Error {
  constructor() {
    super('Stopped.');
    this.name = 'DemoStopped';
  }
}

/** Throws DemoStopped when the signal has fired. */
export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new DemoStopped();
}

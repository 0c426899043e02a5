/** Lets callers that would read the same wait for one another. */
export class Turns {
  /** Settles, and never rejects, when the caller that reads now has ended. */
  private current: Promise<void> | undefined;

  /**
   * Many executions begin at once after a restart, and each would read the same thousands of answers. A caller waits for one
   * other only, so that one node that does not answer never holds up a queue.
   */
  async take<T>(read: () => Promise<T>): Promise<T> {
    if (this.current !== undefined) await this.current;
    const reading = read();
    const ended = reading.then(
      () => undefined,
      () => undefined,
    );
    this.current ??= ended.then(() => {
      this.current = undefined;
    });
    return reading;
  }
}

/** Calls back at every slot of wall time: the clock of a devchain that runs by itself. */
export class SlotTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly intervalSeconds: number,
    private readonly onSlot: (nowSeconds: number) => void,
  ) {}

  start(): void {
    if (this.timer) return;
    const interval = this.intervalSeconds * 1000;
    const plan = (): void => {
      const wait = interval - (Date.now() % interval);
      this.timer = setTimeout(() => {
        plan();
        this.onSlot(Math.floor(Date.now() / 1000));
      }, wait);
    };
    plan();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

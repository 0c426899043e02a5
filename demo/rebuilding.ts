/** `npm run dev`: when a source changes, the package is built anew and n8n starts with it; chain, database and workflows stay. */

import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type Exchange, waitUntilActive } from './exchange';
import { DemoStopped } from './failure';
import { type PackageInstallationOptions, replaceInstalled } from './nodePackageInstallation';
import type { Report } from './report';
import { messageOf } from './waiting';

export class Rebuilding {
  /** What was built last does not run; the next change may mend it. */
  broken = false;
  /** The time of the newest source: when it was looked last, and in what runs now. */
  private seen = 0;
  private built = 0;

  constructor(
    private readonly exchange: Exchange,
    private readonly report: Report,
    private readonly options: Omit<PackageInstallationOptions, 'workFolder'>,
  ) {}

  /**
   * Looks at the times of all files: fs.watch loses sight of a file that an editor replaces. A change counts once nothing is
   * newer at the next look. A package that cannot be built, or with which n8n does not start, is reported.
   *
   * @throws DemoStopped after Ctrl-C.
   */
  async rebuildIfChanged(): Promise<void> {
    const newest = await newestSource(this.options.repository);
    const before = this.seen;
    this.seen = newest;
    if (this.built === 0) this.built = (await stat(join(this.options.repository, 'dist/bundle.js'))).mtimeMs;
    if (newest <= this.built || newest !== before) return;
    this.built = newest;
    try {
      await this.report.step('Building, and starting n8n anew', () => this.rebuild());
      this.broken = false;
    } catch (error) {
      if (error instanceof DemoStopped) throw error;
      this.broken = !this.exchange.n8n.running;
      this.report.line(messageOf(error));
    }
  }

  private async rebuild(): Promise<void> {
    const { n8n, userFolder } = this.exchange;
    const { signal } = this.options;
    await replaceInstalled(userFolder, { ...this.options, workFolder: dirname(userFolder) });
    await n8n.stop();
    await n8n.start(signal);
    await waitUntilActive(this.exchange, signal);
  }
}

/** When a source, or a folder of sources, was changed last. */
async function newestSource(repository: string): Promise<number> {
  const folders = ['src', 'nodes', 'credentials'].map((name) => join(repository, name));
  const inside = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  const paths = [...folders, ...inside.flat()];
  // A file can be gone by now; its folder tells.
  const times = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}

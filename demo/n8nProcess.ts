/** One n8n that this demo started: its environment, its life, its log. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

import { signalGroup } from './command';
import { DemoFailure } from './failure';
import type { N8nInstallation } from './n8nInstallation';
import { waitFor } from './waiting';

export interface N8nSettings {
  installation: N8nInstallation;
  /** N8N_USER_FOLDER: holds `.n8n` with the database, the encryption key and the community nodes. */
  userFolder: string;
  port: number;
  /** The port on which n8n waits for its task runners; each n8n on a machine needs its own. */
  brokerPort: number;
  encryptionKey: string;
  /** Flags of Node.js: for a debugger. */
  nodeFlags?: readonly string[];
  /** What else n8n is told: another database, queue mode. */
  variables?: Readonly<Record<string, string>>;
}

/** In queue mode the main process has the editor, webhooks and triggers, and workers run the executions. */
export type N8nRole = 'main' | 'worker';

/**
 * The whole environment of n8n. Variables of the caller are not passed on, apart from those that a program needs to run:
 * an N8N_* or DB_* variable of an n8n that the user runs must not leak into this one.
 */
export function n8nEnvironment(settings: N8nSettings, caller: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR'].flatMap((name) => {
    const value = caller[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const address = `http://127.0.0.1:${settings.port}/`;
  return {
    ...Object.fromEntries(inherited),
    N8N_USER_FOLDER: settings.userFolder,
    N8N_ENCRYPTION_KEY: settings.encryptionKey,
    N8N_PORT: String(settings.port),
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_HOST: '127.0.0.1',
    N8N_EDITOR_BASE_URL: address,
    N8N_WEBHOOK_URL: address,
    N8N_RUNNERS_BROKER_PORT: String(settings.brokerPort),
    N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
    // Plain HTTP on the loopback address: a secure cookie would never be sent back.
    N8N_SECURE_COOKIE: 'false',
    N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
    N8N_REINSTALL_MISSING_PACKAGES: 'false',
    // Nothing here asks a server on the internet: the demo works offline.
    N8N_DISABLED_MODULES: 'mcp-registry',
    N8N_VERIFIED_PACKAGES_ENABLED: 'false',
    N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_DYNAMIC_BANNERS_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    GENERIC_TIMEZONE: 'UTC',
    ...settings.variables,
  };
}

export class N8nProcess {
  readonly address: string;
  readonly logFile: string;
  private child: ChildProcess | undefined;
  private log: WriteStream | undefined;
  private tail = '';

  constructor(
    private readonly settings: N8nSettings,
    private readonly caller: NodeJS.ProcessEnv,
    private readonly role: N8nRole = 'main',
  ) {
    this.address = `http://127.0.0.1:${settings.port}`;
    this.logFile = join(settings.userFolder, 'n8n.log');
  }

  /** The end of what n8n wrote, without the hundreds of database migrations of a first start. */
  get logTail(): string {
    return this.tail
      .split('\n')
      .filter((line) => !/^(Starting|Finished) migration /.test(line))
      .join('\n');
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  /**
   * Starts n8n and waits until its REST interface answers, or a worker says that it is ready.
   *
   * @throws DemoFailure when n8n ends or does not answer within three minutes.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.child !== undefined) throw new DemoFailure('n8n is running already.');
    const { installation, nodeFlags = [], userFolder } = this.settings;
    const log = createWriteStream(this.logFile, { flags: 'a', mode: 0o600 });
    const command = this.role === 'worker' ? 'worker' : 'start';
    const child = spawn(installation.node, [...nodeFlags, installation.script, command], {
      cwd: userFolder,
      env: n8nEnvironment(this.settings, this.caller),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C in the terminal must not reach n8n before this demo decides to stop it.
      detached: true,
    });
    this.child = child;
    this.log = log;
    this.tail = '';
    let failure: string | undefined;
    const collect = (text: string) => {
      log.write(text);
      this.tail = (this.tail + text).slice(-12_000);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => {
      failure = `n8n could not be started: ${error.message}`;
    });
    child.once('exit', (code, reason) => {
      failure ??= `n8n ended (${reason ?? `code ${code ?? 'none'}`}).`;
      if (this.child === child) this.child = undefined;
      // The task runner is a child of n8n and would outlive a killed n8n.
      signalGroup(child.pid, 'SIGKILL');
    });
    await waitFor(
      async () => {
        if (failure !== undefined) throw new DemoFailure(failure);
        return (await this.answers()) ? true : undefined;
      },
      { what: 'n8n to answer', deadline: 180_000, signal },
    );
  }

  /** kill -9: n8n gets no chance to finish anything. Returns when the process is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', 10_000);
  }

  /** Asks n8n to stop, and kills it when it has not stopped after 20 s. */
  async stop(): Promise<void> {
    if (!(await this.end('SIGTERM', 20_000))) await this.kill();
  }

  private async end(signal: NodeJS.Signals, patience: number): Promise<boolean> {
    const { child } = this;
    if (child === undefined) return true;
    const gone = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), patience);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    child.kill(signal);
    const ended = await gone;
    if (ended) this.log?.end();
    return ended;
  }

  private async answers(): Promise<boolean> {
    if (this.role === 'worker') return this.tail.includes('n8n worker is now ready');
    // Until its routes exist n8n answers every URL with 200 and a waiting page: only JSON counts.
    const response = await fetch(`${this.address}/rest/settings`, { signal: AbortSignal.timeout(5000) });
    return (await response.text()).startsWith('{"data"');
  }
}

/** A person who fills in n8n's forms, by the calls that a browser makes. */

import { randomUUID } from 'node:crypto';

import { DemoFailure } from '../../demo/failure';
import type { Owner } from '../../demo/n8nApi';
import { waitFor, withDeadline } from '../../demo/waiting';

/** What is sent for a field: a text, a file, or the ticked boxes. */
export type Answer = string | File | string[];

interface Reply {
  status: number;
  location: string | null;
  text: string;
}

export interface FormPage {
  html: string;
  /** The texts beside checkboxes and radio buttons, as a person reads them. */
  choices: string[];
  /**
   * Sends the fields by their position, and gives the next page once it holds `expected`.
   *
   * @throws DemoFailure when the execution ends before
   */
  submit(answers: Record<number, Answer>, expected: string): Promise<FormPage>;
}

export class FormVisitor {
  private readonly cookies = new Map<string, string>();
  private readonly browserId = randomUUID();

  constructor(
    private readonly address: string,
    private readonly signal: AbortSignal,
  ) {}

  async signIn({ email, password }: Owner): Promise<void> {
    const { status } = await this.rest('/login', { emailOrLdapLoginId: email, password });
    if (status !== 200) throw new DemoFailure(`The sign-in was answered with ${status}.`);
  }

  /** Where somebody ends who opens the form: the page itself, or n8n's sign-in. */
  async look(path: string): Promise<{ address: string; html: string }> {
    let address = `${this.address}/form/${path}`;
    for (let hops = 0; hops < 10; hops += 1) {
      const { location, text } = await this.request(address, { method: 'GET' });
      if (location !== null) address = new URL(location, address).href;
      else if (new URL(address).pathname === '/oauth/consent' && this.cookies.has('n8n-auth'))
        address = await this.consent();
      else return { address, html: text };
    }
    throw new DemoFailure(`The form ${path} redirects for ever.`);
  }

  /** @throws DemoFailure when n8n shows something else than the form */
  async open(path: string): Promise<FormPage> {
    const { address, html } = await this.look(path);
    if (new URL(address).pathname !== `/form/${path}`)
      throw new DemoFailure(`Instead of the form ${path} there is ${address}.`);
    return this.page(address, html);
  }

  private page(address: string, html: string): FormPage {
    const token = /const authToken = '([^']*)'/.exec(html)?.[1] ?? '';
    const values = [...html.matchAll(/<input type='checkbox'[^>]* value='([^']*)'/g)];
    return {
      html,
      choices: values.map((match) => unescapeHtml(match[1] ?? '')),
      submit: async (answers, expected) => {
        const body = new FormData();
        for (const [position, answer] of Object.entries(answers))
          body.set(`field-${position}`, Array.isArray(answer) ? JSON.stringify(answer) : answer);
        const headers = token === '' ? {} : { 'x-auth-token': token };
        const { status, text } = await this.request(address, { method: 'POST', body, headers });
        if (status !== 200) throw new DemoFailure(`The form answered ${status}: ${text.slice(0, 300)}`);
        const { formWaitingUrl } = readObject(text);
        return this.next(typeof formWaitingUrl === 'string' ? formWaitingUrl : address, expected);
      },
    };
  }

  private async next(address: string, expected: string): Promise<FormPage> {
    const statusAddress = new URL(address);
    statusAddress.pathname += '/n8n-execution-status';
    return waitFor(
      async () => {
        const { text: status } = await this.request(statusAddress.href, { method: 'GET' });
        if (['canceled', 'crashed', 'error', 'success'].includes(status.trim()))
          throw new DemoFailure(`The form ended (${status.trim()}) without a page that says "${expected}".`);
        if (status.trim() !== 'form-waiting') return undefined;
        const { text } = await this.request(address, { method: 'GET' });
        return text.includes(expected) ? this.page(address, text) : undefined;
      },
      { what: `a page that says "${expected}"`, deadline: 240_000, every: 500, signal: this.signal },
    );
  }

  private async consent(): Promise<string> {
    const { status, text } = await this.rest('/consent/approve', { approved: true });
    const { data } = readObject(text) as { data?: { redirectUrl?: unknown } };
    if (typeof data?.redirectUrl !== 'string')
      throw new DemoFailure(`The consent was answered with ${status}.`);
    return data.redirectUrl;
  }

  private rest(path: string, body: object): Promise<Reply> {
    return this.request(`${this.address}/rest${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'browser-id': this.browserId },
      body: JSON.stringify(body),
    });
  }

  private async request(address: string, options: RequestInit): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return withDeadline(60_000, this.signal, async (signal) => {
      const response = await fetch(address, {
        ...options,
        headers: { ...(options.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) },
        redirect: 'manual',
        signal,
      });
      for (const set of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        if (value === '') this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
      return {
        status: response.status,
        location: response.headers.get('location'),
        text: await response.text(),
      };
    });
  }
}

/** The files that a last page gives to the browser, as text. */
export function downloads(page: FormPage): string[] {
  const encoded = /parse\(decodeURIComponent\("([^"]*)"\)\)/i.exec(page.html)?.[1] ?? '';
  const files = JSON.parse(decodeURIComponent(encoded === '' ? '[]' : encoded)) as {
    data: string | { data: number[] };
  }[];
  return files.map(({ data }) =>
    Buffer.from(typeof data === 'string' ? Buffer.from(data, 'latin1') : data.data).toString('utf8'),
  );
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = {
    lt: '<',
    gt: '>',
    quot: '"',
    '#x27': "'",
    '#x3D': '=',
    '#x60': '`',
  };
  return text
    .replace(/&(lt|gt|quot|#x27|#x3D|#x60);/g, (whole, name: string) => characters[name] ?? whole)
    .replaceAll('&amp;', '&');
}

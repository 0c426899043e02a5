/** A node that answers with more than anybody asked for, as far as its client lets it. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { mainnet } from '../../src/protocol';

const mebibyte = 1024 * 1024;

/** What becomes thirty times its size when it is parsed. */
const emptyObjects = (bytes: number): Buffer =>
  Buffer.concat([Buffer.from('{"id":2,"result":['), Buffer.alloc(bytes - 22, '{},'), Buffer.from('{}]}')]);

const frame = (first: number, content: Buffer): Buffer => {
  const head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(content.length), 2);
  return Buffer.concat([head, content]);
};

function inPieces(content: Buffer, bytes: number): Buffer[] {
  return Array.from({ length: content.length / bytes }, (_, i) => {
    const isLast = (i + 1) * bytes === content.length;
    const first = (isLast ? 0x80 : 0) | (i === 0 ? 1 : 0);
    return frame(first, content.subarray(i * bytes, (i + 1) * bytes));
  });
}

interface LargeMessage {
  /** Whether the chain id is answered first, after which answers may be larger. */
  afterChainId: boolean;
  /** Says in its handshake that it compresses. */
  compresses?: boolean;
  frames(): Buffer[];
  /** What the client says. */
  expected: RegExp;
}

const tooLarge = /sent a message of more than (65536|40000000) bytes/;

export const largeMessages: Record<string, LargeMessage> = {
  'as the first answer': {
    afterChainId: false,
    frames: () => [frame(0x81, emptyObjects(128 * mebibyte))],
    expected: tooLarge,
  },
  'as an answer': {
    afterChainId: true,
    frames: () => [frame(0x81, emptyObjects(128 * mebibyte))],
    expected: tooLarge,
  },
  'in pieces': {
    afterChainId: true,
    frames: () => inPieces(emptyObjects(128 * mebibyte), 64 * 1024),
    expected: tooLarge,
  },
  compressed: {
    afterChainId: true,
    compresses: true,
    frames: () => [frame(0xc1, deflateRawSync(emptyObjects(128 * mebibyte)))],
    expected: /is not a WebSocket/,
  },
  'compressed, without a word': {
    afterChainId: true,
    frames: () => [frame(0xc1, deflateRawSync(emptyObjects(128 * mebibyte)))],
    expected: /was lost/,
  },
  // Not 128 MiB: the most that arrives, and is refused by its size before it is parsed.
  'the most that arrives (38 MiB)': {
    afterChainId: true,
    frames: () => [frame(0x81, emptyObjects(38 * mebibyte))],
    expected: /with \d+ bytes \(at most 1048576 are read\)/,
  },
};

export class HostileNode {
  private readonly streams = new Set<Duplex>();
  private readonly server = createServer((_, response) => response.writeHead(404).end());
  url = '';

  private constructor(private readonly large: LargeMessage) {}

  /** @param name one of `largeMessages` */
  static async start(name: string): Promise<HostileNode> {
    const node = new HostileNode(largeMessages[name] as LargeMessage);
    const frames = node.large.frames();
    node.server.on('upgrade', (request, stream) => node.welcome(request.headers, stream, frames));
    await once(node.server.listen(0, '127.0.0.1'), 'listening');
    node.url = `ws://127.0.0.1:${(node.server.address() as AddressInfo).port}`;
    return node;
  }

  stop(): void {
    for (const stream of this.streams) stream.destroy();
    this.server.close();
  }

  private welcome(headers: NodeJS.Dict<string | string[]>, stream: Duplex, frames: Buffer[]): void {
    this.streams.add(stream);
    stream.on('error', () => undefined).on('end', () => stream.destroy());
    const key = `${String(headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const extension = this.large.compresses ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : '';
    stream.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extension}\r\n`,
    );
    let questions = 0;
    // The questions are small: each comes in one piece.
    stream.on('data', () => {
      questions += 1;
      if (questions === 1 && this.large.afterChainId) {
        const answer = Buffer.from(JSON.stringify({ id: 1, result: mainnet.chainId }));
        stream.write(Buffer.concat([Buffer.from([0x81, answer.length]), answer]));
      } else for (const one of frames) stream.write(one);
    });
  }
}

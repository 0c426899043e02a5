/**
 * The platform's WebSocket on Node.js 20, which has none: undici, whose code is the WebSocket of Node.js 22 and later. Every
 * n8n that can run this package has its own.
 */
if (typeof (globalThis as { WebSocket?: unknown }).WebSocket === 'undefined') {
  Object.defineProperty(globalThis, 'WebSocket', {
    configurable: true,
    // Most tests open no socket, and loading it takes a while.
    get: () => (require('undici') as typeof import('undici')).WebSocket,
  });
}

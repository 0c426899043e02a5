/**
 * The platform's WebSocket for Node.js 20, which has none: that of undici, which is the code of later ones as well. Every n8n
 * that can run this package has its own.
 */
if (globalThis.WebSocket === undefined) {
  Object.defineProperty(globalThis, 'WebSocket', {
    configurable: true,
    // Most tests open no socket, and it takes a while to load.
    get: () => require('undici').WebSocket,
  });
}

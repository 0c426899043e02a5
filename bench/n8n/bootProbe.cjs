'use strict';
/**
 * Loaded into n8n before its own code (`node --require`): notes how long n8n takes to load our package, and writes that,
 * when all nodes are loaded, into the file that BENCH_BOOT_REPORT names. Plain JavaScript, because n8n's Node.js runs it
 * as it is.
 */
const { writeFileSync } = require('node:fs');
const Module = require('node:module');

const file = process.env.BENCH_BOOT_REPORT;
const ours = process.env.BENCH_BOOT_PACKAGE;
const report = { ours: null };

/** Wraps an asynchronous method, so that `note` gets the milliseconds of each call: by the clock, and of this thread on a processor. */
function timed(prototype, method, note) {
  const original = prototype[method];
  prototype[method] = async function (...args) {
    const [started, processor] = [performance.now(), process.threadCpuUsage()];
    try {
      return await original.apply(this, args);
    } finally {
      const { user, system } = process.threadCpuUsage(processor);
      note(this, { wall: performance.now() - started, processor: (user + system) / 1000 });
    }
  };
}

const wrapped = new Set();

function wrap(name, exported) {
  const prototype = exported?.[name]?.prototype;
  if (prototype === undefined || wrapped.has(name)) return;
  wrapped.add(name);
  if (name === 'LazyPackageDirectoryLoader') {
    timed(prototype, 'loadAll', (loader, times) => {
      if (loader.packageName === ours) report.ours ??= times;
    });
  } else {
    timed(prototype, 'init', () => writeFileSync(file, JSON.stringify(report)));
  }
}

// The children of n8n inherit the option, and not the name of the file.
if (file !== undefined) {
  delete process.env.BENCH_BOOT_REPORT;
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const exported = load.call(this, request, ...rest);
    if (request === 'n8n-core') wrap('LazyPackageDirectoryLoader', exported);
    if (request.endsWith('load-nodes-and-credentials')) wrap('LoadNodesAndCredentials', exported);
    return exported;
  };
}

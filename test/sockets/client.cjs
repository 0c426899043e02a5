/**
 * The built package as n8n loads it, which tests the node credential with the address that it is started with. Prints what came
 * of it, the longest time for which the event loop stood still, and the most memory that the process had.
 */
const path = require('node:path');
const { BitShares } = require(path.resolve(__dirname, '../../dist/bundle.js'));

const tickMs = 2;

let longestStopMs = 0;
// Not the system's own peak: that of a child begins with what its parent had.
let peakResident = 0;
let last = performance.now();
const watch = setInterval(() => {
  const now = performance.now();
  longestStopMs = Math.max(longestStopMs, now - last - tickMs);
  last = now;
  peakResident = Math.max(peakResident, process.memoryUsage.rss());
}, tickMs);

const { testNodeCredential } = new BitShares().methods.credentialTest;
const data = { chain: 'mainnet', trustedUrls: process.argv[2], delayedUrls: '', user: '', password: '' };
void testNodeCredential.call({}, { data }).then(async ({ message }) => {
  // What was left to do for what came.
  await new Promise((resolve) => setTimeout(resolve, 500));
  clearInterval(watch);
  console.log(JSON.stringify({ message, longestStopMs, peakResidentMiB: peakResident / 1024 ** 2 }));
});

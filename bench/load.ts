/**
 * How long the built package takes to load in a process that has n8n-workflow already, as n8n has. Each figure is from
 * a fresh process; the limit beside it is the time that n8n-workflow itself takes in the same processes.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import packageJson from '../package.json';

const root = path.resolve(__dirname, '..');
const rounds = 15;

const script = `
  const started = performance.now();
  require('n8n-workflow');
  const ready = performance.now();
  for (const file of ${JSON.stringify([...packageJson.n8n.nodes, ...packageJson.n8n.credentials])}) {
    for (const Type of Object.values(require(require('path').resolve(file)))) new Type();
  }
  console.log(JSON.stringify({ workflow: ready - started, ours: performance.now() - ready }));
`;

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

execFileSync(process.execPath, ['node_modules/gulp/bin/gulp.js', 'build', '--silent'], { cwd: root });
const runs = Array.from({ length: rounds }, () => {
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: root }).toString()) as {
    workflow: number;
    ours: number;
  };
});
const ours = median(runs.map((run) => run.ours));
const workflow = median(runs.map((run) => run.workflow));
console.log(
  `load time of the package on top of n8n-workflow: median ${ours.toFixed(1)} ms of ${rounds} processes`,
);
console.log(
  `n8n-workflow alone in the same processes: ${workflow.toFixed(1)} ms; ratio ${(ours / workflow).toFixed(3)}`,
);

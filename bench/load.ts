/** How long n8n takes to load the package. */
import { execFileSync } from 'node:child_process';
import packageJson from '../package.json';
import type { Bench } from './bench';
import { projectRoot } from './environment';
import { spread } from './measure';

const script = `
  const started = performance.now();
  require('n8n-workflow');
  const ready = performance.now();
  for (const file of ${JSON.stringify([...packageJson.n8n.nodes, ...packageJson.n8n.credentials])}) {
    for (const Type of Object.values(require(require('path').resolve(file)))) new Type();
  }
  console.log(JSON.stringify({ workflow: ready - started, ours: performance.now() - ready }));
`;

/** In fresh processes that have n8n-workflow already, as n8n has; the time that n8n-workflow takes is shown beside it. */
export const load: Bench = {
  name: 'load',
  about: 'loading the built package on top of n8n-workflow',
  run: (context) => {
    context.progress('building the package');
    execFileSync(process.execPath, ['node_modules/gulp/bin/gulp.js', 'build', '--silent'], {
      cwd: projectRoot,
    });
    const rounds = context.quick ? 3 : 15;
    const runs = Array.from({ length: rounds }, (_, round) => {
      context.progress(`process ${round + 1} of ${rounds}`);
      const output = execFileSync(process.execPath, ['-e', script], { cwd: projectRoot });
      return JSON.parse(output.toString()) as { workflow: number; ours: number };
    });
    const ours = spread(runs.map((run) => run.ours));
    return Promise.resolve([
      {
        kind: 'figures',
        size: '',
        values: [
          { name: 'ours', value: ours, unit: 'ms' },
          { name: 'n8n-workflow', value: spread(runs.map((run) => run.workflow)), unit: 'ms' },
          {
            name: 'ours of n8n-workflow',
            value: spread(runs.map((run) => run.ours / run.workflow)),
            unit: 'x',
          },
        ],
        targets: [{ text: 'under 100 ms', met: ours.median < 100 }],
      },
    ]);
  },
};

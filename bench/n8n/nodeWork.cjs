'use strict';
/**
 * What a boot of n8n does with nodes, done by n8n's own code in a process that does nothing else: loads all packages,
 * prepares the descriptions, prepares them again when the modules have started, and writes them down for the editor.
 * Plain JavaScript, run by n8n's Node.js with n8n's folder as its argument; says as JSON how long it took and for which packages.
 */
const { createRequire } = require('node:module');
const path = require('node:path');

const [n8nFolder] = process.argv.slice(2);
const fromN8n = createRequire(path.join(n8nFolder, 'bin', 'n8n'));
// n8n reports what it does there.
console.log = console.info = () => undefined;

async function work() {
  fromN8n('reflect-metadata');
  const { Container } = fromN8n('@n8n/di');
  const { ModuleRegistry } = fromN8n('@n8n/backend-common');
  const { LoadNodesAndCredentials } = fromN8n(path.join(n8nFolder, 'dist', 'load-nodes-and-credentials.js'));
  const nodes = Container.get(LoadNodesAndCredentials);
  const { CommunityPackagesModule } = fromN8n(
    path.join(n8nFolder, 'dist', 'modules', 'community-packages', 'community-packages.module.js'),
  );
  const [started, processor] = [performance.now(), process.threadCpuUsage()];
  Container.get(ModuleRegistry).nodeLoaders.push(
    ...(await Container.get(CommunityPackagesModule).nodeLoaders()),
  );
  await nodes.init();
  await nodes.postProcessLoaders();
  const types = await nodes.collectTypes();
  const written = JSON.stringify(types.nodes).length + JSON.stringify(types.credentials).length;
  const { user, system } = process.threadCpuUsage(processor);
  return {
    wall: performance.now() - started,
    processor: (user + system) / 1000,
    written,
    packages: Object.keys(nodes.loaders),
  };
}

work().then(
  (report) => process.stdout.write(JSON.stringify(report), () => process.exit(0)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

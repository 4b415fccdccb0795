// The budget of dist/: what index.html loads at once, and everything, both as gzip would send it. Exit code 1 when it is over.
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const kFirstMax = 60 * 1024,
  kAllMax = 250 * 1024;
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const zipped = (name) => gzipSync(readFileSync(join(dist, name)), {level: 9}).length;
const files = readdirSync(dist, {recursive: true, withFileTypes: true})
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(dist.length + 1))
  .sort();
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const first = new Set(['index.html', ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((found) => found[1])]);
let firstSize = 0,
  allSize = 0;
for (const name of files) {
  const size = zipped(name);
  allSize += size;
  if (first.has(name)) firstSize += size;
  console.log(`${String(size).padStart(8)}  ${first.has(name) ? 'first' : 'later'}  ${name}`);
}
console.log(`first load ${firstSize} of ${kFirstMax}, all ${allSize} of ${kAllMax} bytes (gzip)`);
process.exit(firstSize > kFirstMax || allSize > kAllMax ? 1 : 0);

// Builds dist/: the same bytes from the same sources, so that the committed files can be checked against a fresh build.
import {defineConfig} from 'vite';

// What the first load needs is one file; what comes later is split where the sources import() it.
const later =
  /\/src\/(?:detail|viewers|dashboard|har|compose\/(?:Compose|Diff|content|contents|lines)|parts\/(?:Secret|Clause)|Help)/;
const first = (id: string) =>
  /\/node_modules\/(?:preact|@preact)\//.test(id) || (/\/src\/.*\.tsx?$/.test(id) && !later.test(id)) ? 'page' : undefined;

export default defineConfig({
  base: '/',
  esbuild: {jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none'},
  build: {
    target: 'es2022',
    modulePreload: {polyfill: false},
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        manualChunks: first,
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
});

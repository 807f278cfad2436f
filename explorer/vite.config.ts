// Builds the page as files that any web server, or none, can give out.

import { defineConfig } from 'vite';

export default defineConfig({
  // Relative, so that it lies in any folder.
  base: './',
  // The package `millrace` has its own copies of these, of the same versions.
  resolve: { dedupe: ['@polkadot-api/metadata-builders', '@polkadot-api/substrate-bindings'] },
  build: { target: 'es2023', chunkSizeWarningLimit: 1_000 },
});

import { readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { build, defineConfig } from 'vite'
import type { Plugin } from 'vite'
import { injectManifest } from 'workbox-build'
import { DESK_BYTES_MAX, deskBytes, START_BYTES_MAX, startBytes } from './bin/start-size.mjs'

const OUT = 'dist/pwa'
const manifest = readFileSync(new URL('package.json', import.meta.url), 'utf8')
const version = /"version": "([^"]+)"/.exec(manifest)?.[1] ?? 'dev'

/** Builds pwa/sw.ts as a bundle of its own and writes the list of files to precache into it. */
const serviceWorker = (): Plugin => ({
  name: 'service-worker',
  apply: 'build',
  closeBundle: async () => {
    await build({
      configFile: false,
      root: 'pwa',
      logLevel: 'warn',
      build: {
        outDir: `../${OUT}`,
        emptyOutDir: false,
        copyPublicDir: false,
        rolldownOptions: { input: 'pwa/sw.ts', output: { format: 'iife', entryFileNames: 'sw.js' } },
      },
    })
    const { count, size } = await injectManifest({
      swSrc: `${OUT}/sw.js`,
      swDest: `${OUT}/sw.js`,
      globDirectory: OUT,
      globPatterns: ['**/*.{js,css,html,svg,png,woff2,wasm,webmanifest}'],
      globIgnores: ['sw.js', '**/desk-*'],
      // The wasm of zxing is about 1 MB and has to be there when the network is not.
      maximumFileSizeToCacheInBytes: 4_000_000,
    })
    console.info(`precache: ${count} files, ${(size / 1024).toFixed(0)} KiB`)
  },
})

/** Fails the build when the handheld would load more before its first scan than it may, or the desk more than it may. */
const startSize = (): Plugin => ({
  name: 'start-size',
  apply: 'build',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter(file => file.type === 'chunk')
    const size = startBytes(chunks)
    console.info(`before the first scan: ${size} bytes of JavaScript (gzip), at most ${START_BYTES_MAX}`)
    if (size > START_BYTES_MAX)
      this.error(`${size} bytes of JavaScript before the first scan: ${START_BYTES_MAX} is the limit`)
    const desk = deskBytes(chunks)
    console.info(`for the desk: ${desk} bytes of JavaScript (gzip), at most ${DESK_BYTES_MAX}`)
    if (desk > DESK_BYTES_MAX) this.error(`${desk} bytes of JavaScript for the desk: ${DESK_BYTES_MAX} is the limit`)
  },
})

const DESK = /\/screens\/desk\/|\/words\/(?:desk-\w+|\w+-desk)\.ts$/
/**
 * Chunks that hold code or words of the desk are called desk-*, so that no handheld precaches them; so are its styles, after
 * the module that begins it.
 */
const chunkFileNames = (chunk: { moduleIds: string[] }): string =>
  chunk.moduleIds.some(id => DESK.test(id)) ? 'assets/desk-[hash].js' : 'assets/[name]-[hash].js'

export default defineConfig({
  root: 'pwa',
  define: { 'import.meta.env.VITE_APP_VERSION': JSON.stringify(version) },
  resolve: {
    // Two copies of @zxing/library would make `instanceof` of its errors fail silently.
    dedupe: ['@zxing/library'],
    // The package's own entry leads bundlers to its ES5 build, which is a third larger.
    alias: [{ find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.min.mjs' }],
  },
  build: {
    outDir: `../${OUT}`,
    emptyOutDir: true,
    // The policy of the server allows no inline script, and every browser we serve preloads modules by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['pwa/index.html', 'pwa/rescue.html'], output: { chunkFileNames } },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://localhost:8080' } },
  plugins: [react(), startSize(), serviceWorker()],
})

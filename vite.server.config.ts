import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

const entries = {
  main: 'server/main.ts',
  cli: 'server/cli.ts',
  'erp-sim': 'server/erp/sim/main.ts',
}

/** Script and style of the demo page are served as they are. */
const demoFiles = (): Plugin => ({
  name: 'demo-files',
  generateBundle() {
    const folder = 'server/demo/public'
    for (const name of readdirSync(folder))
      this.emitFile({ type: 'asset', fileName: `demo/${name}`, source: readFileSync(`${folder}/${name}`) })
  },
})

/** The server as plain JavaScript for Node 20: our own files in a few, everything from node_modules left where it is. */
export default defineConfig({
  publicDir: false,
  plugins: [demoFiles()],
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/server',
    emptyOutDir: true,
    sourcemap: true,
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
      output: { entryFileNames: '[name].js', chunkFileNames: 'part-[hash].js' },
    },
  },
})

import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const modules = '**/node_modules/**'

/** Rules in Node, SQL on a real PostgreSQL, the handheld's stores and the built product in a real Chromium, real ERPs. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['{shared,server,pwa,test}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.browser.test.ts', '**/*.pg.test.ts', '**/*.e2e.test.ts', '**/*.erp.test.ts', modules],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['{server,test}/**/*.pg.test.ts'],
          globalSetup: ['test/support/postgres-setup.ts'],
          exclude: [modules],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/browser/**/*.e2e.test.ts'],
          exclude: [modules],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'erp',
          include: ['test/erp/**/*.erp.test.ts'],
          exclude: [modules],
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['pwa/**/*.browser.test.ts'],
          exclude: [modules],
          testTimeout: 300_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromium, args: ['--no-sandbox'] } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})

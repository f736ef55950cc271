import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('[O5] without any setting the server listens on this machine only, keeps its data in ./data and fills the demo', () => {
  expect(readConfig({})).toEqual({
    port: 8080,
    host: '127.0.0.1',
    dataDir: path.resolve('data'),
    databaseUrl: null,
    publicUrl: null,
    demo: true,
    allowNotDurable: false,
    secretKeys: null,
    fileRoot: null,
    logLevel: 'info',
  })
})

test('[O5] a wrong setting is named with what it must be, and its value is not repeated', () => {
  const wrong: Record<string, string> = {
    PORT: 'eighty',
    HOST: '',
    DATABASE_URL: 'mysql://user:hunter2@host/db',
    STOCKHAND_DEMO: 'maybe',
    LOG_LEVEL: 'loud',
  }
  for (const [name, value] of Object.entries(wrong)) {
    const read = (): unknown => readConfig({ [name]: value })
    expect(read).toThrow(new RegExp(`^${name} must be `))
    expect(read).not.toThrow(/hunter2|eighty/)
  }
  expect(() => readConfig({ PORT: '65536' })).toThrow('PORT')
})

import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfig, withArguments } from './config.ts'

test('[O5] without any setting the server listens on this machine only, keeps its data in ./data and fills the demo', () => {
  expect(readConfig({})).toEqual({
    port: 8080,
    host: '127.0.0.1',
    dataDir: path.resolve('data'),
    databaseUrl: null,
    publicUrl: null,
    tls: { kind: 'none' },
    trustedProxies: [],
    identity: null,
    metricsToken: null,
    demo: true,
    allowNotDurable: false,
    secretKeys: null,
    fileRoot: null,
    exportFolder: path.resolve('data', 'exports'),
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

test('[OP8] --lan and STOCKHAND_LAN serve the whole network by HTTPS on 8443 and help on 8080; another word is refused', () => {
  const lan = { port: 8443, host: '0.0.0.0', tls: { kind: 'lan', helpPort: 8080 } }
  expect(readConfig(withArguments({}, ['--lan']))).toMatchObject(lan)
  expect(readConfig({ STOCKHAND_LAN: '1' })).toMatchObject(lan)
  expect(readConfig({ STOCKHAND_LAN: '0' })).toMatchObject({ port: 8080, host: '127.0.0.1', tls: { kind: 'none' } })
  expect(() => withArguments({}, ['--wan'])).toThrow('--wan is not known')
})

test('[DO8] a company log-in is configured wholly or the server does not start, and its secret is never repeated', () => {
  const whole = {
    STOCKHAND_URL: 'https://stock.example/',
    STOCKHAND_OIDC_ISSUER: 'https://login.example/realms/main',
    STOCKHAND_OIDC_CLIENT_ID: 'stockhand',
  }
  expect(readConfig(whole).identity).toEqual({
    issuer: new URL('https://login.example/realms/main'),
    clientId: 'stockhand',
    clientSecret: null,
    claim: 'email',
    home: new URL('https://stock.example/'),
  })
  const more = { STOCKHAND_OIDC_CLIENT_SECRET: 'hunter2', STOCKHAND_OIDC_CLAIM: 'preferred_username' }
  expect(readConfig({ ...whole, ...more }).identity).toMatchObject({
    clientSecret: 'hunter2',
    claim: 'preferred_username',
  })
  for (const name of ['STOCKHAND_URL', 'STOCKHAND_OIDC_ISSUER', 'STOCKHAND_OIDC_CLIENT_ID'] as const) {
    const { [name]: _, ...rest } = { ...whole, ...more }
    expect(() => readConfig(rest)).toThrow(new RegExp(`^${name} must be `))
  }
  const wrong = ['http://login.example', 'login.example', 'https://login.example/?realm=1', 'ftp://login.example', '']
  for (const issuer of wrong)
    expect(() => readConfig({ ...whole, ...more, STOCKHAND_OIDC_ISSUER: issuer })).toThrow(
      /^STOCKHAND_OIDC_ISSUER must be (?!.*hunter2)/,
    )
  for (const issuer of ['http://localhost:9000', 'http://127.0.0.1:9000', 'http://[::1]:9000'])
    expect(readConfig({ ...whole, STOCKHAND_OIDC_ISSUER: issuer }).identity?.issuer.origin).toBe(issuer)
  expect(() => readConfig({ ...whole, STOCKHAND_OIDC_CLAIM: 'two words' })).toThrow(/^STOCKHAND_OIDC_CLAIM must be /)
  expect(() => readConfig({ STOCKHAND_OIDC_CLIENT_SECRET: 'hunter2' })).toThrow(/^STOCKHAND_OIDC_ISSUER must be /)
})

test('[OP8] settings that exclude each other or lack their other half are named', () => {
  expect(readConfig({ STOCKHAND_TLS_CERT: 'a.pem', STOCKHAND_TLS_KEY: 'b.pem' }).tls).toEqual({
    kind: 'own',
    cert: path.resolve('a.pem'),
    key: path.resolve('b.pem'),
  })
  const wrong = (env: Record<string, string>) => () => readConfig(env)
  expect(wrong({ STOCKHAND_TLS_KEY: 'b.pem' })).toThrow(/^STOCKHAND_TLS_CERT must be /)
  expect(wrong({ STOCKHAND_TLS_CERT: 'a.pem' })).toThrow(/^STOCKHAND_TLS_KEY must be /)
  expect(wrong({ STOCKHAND_TLS_CERT: 'a.pem', STOCKHAND_TLS_KEY: 'b.pem', STOCKHAND_LAN: '1' })).toThrow(
    'without --lan',
  )
  expect(wrong({ STOCKHAND_LAN: '1', PORT: '8080' })).toThrow(/^STOCKHAND_HELP_PORT must be another port/)
})

test('[OP9] an unknown STOCKHAND_ variable is refused by its name, because a misspelt setting is a setting that does not work', () => {
  expect(() => readConfig({ STOCKHAND_DTAA: 's3cret', PATH: '/bin' })).toThrow(
    'STOCKHAND_DTAA is no setting of Stockhand; docs/stockhand.env lists them all.',
  )
})

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import * as v from 'valibot'
import type { Worker } from '../../shared/catalogue.ts'
import { derivedId, timeId } from '../../shared/ids.ts'
import type { DeviceId, SessionId, WarehouseId } from '../../shared/ids.ts'
import { enrolAnswerSchema, HEADERS, publicKeySchema, SCHEME } from '../../shared/sync/enrol.ts'
import type { EnrolAnswer, PublicKey } from '../../shared/sync/enrol.ts'
import { proofText } from '../../shared/sync/seal.ts'
import type { SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { makeApp } from '../app.ts'
import { codeHash } from '../auth/code.ts'
import { loadSecrets } from '../auth/key.ts'
import { makeNonces } from '../auth/nonce.ts'
import { makeWorker, nextRoster, signRoster } from '../auth/roster.ts'
import { makeTokens } from '../auth/token.ts'
import { makeMetrics } from '../metrics.ts'
import type { Read } from '../metrics.ts'
import type { Figures } from '../ports.ts'
import type { Asker } from '../sync/handle.ts'
import { makeDoorbell } from './doorbell.ts'
import type { AppDeps } from './deps.ts'
import { memoryStores, OTHER_WAREHOUSE, START, WAREHOUSE, CLIENT } from './test-stores.ts'

export const ADMIN = 'admin-secret'

export const AYSE: Worker = makeWorker({
  id: derivedId('worker', 'routes', 'ayse'),
  name: 'Ayşe',
  badge: 'XBAYSE',
  roles: ['picker'],
})
/** Sees the goods of one client only. */
export const CEM: Worker = {
  ...makeWorker({ id: derivedId('worker', 'routes', 'cem'), name: 'Cem', badge: 'XBCEM', roles: ['receiver'] }),
  clients: [CLIENT],
}

export const FIGURES: Figures = {
  outbox: { waiting: 3, dead: 2 },
  outboxOldestAt: '2026-11-23T07:59:00.000Z',
  devices: { active: 4 },
  exceptionsOpen: 5,
  lastBackupAt: '2026-11-23T03:00:00.000Z',
  storeBytes: 6_000_000,
}

const figures = (connected: number, nowMs: number) => ({ ...FIGURES, connected, diskFreeBytes: null, nowMs })

const handTimers = () => {
  const timers = new Set<{ ms: number; run: () => void }>()
  const every = (ms: number, run: () => void): (() => void) => {
    const timer = { ms, run }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  return { timers, every }
}

/** A clock that shows what it is given, no proxies, always ready. */
const standingOps = (elapsed: number[], read: Read): AppDeps['ops'] => ({
  elapsedMs: () => elapsed.shift() ?? 0,
  isProxy: () => false,
  metrics: makeMetrics(read, { process: false }),
  metricsToken: null,
  ready: async () => ({ ready: true, store: true, migrated: true, disk: true }),
})

/** What a server has only where somebody has set it up. */
const NONE = {
  drop: { read: async () => null },
  erp: null,
  publicUrl: null,
  identity: null,
  files: null,
  demo: null,
} satisfies Partial<AppDeps>

/** The whole HTTP side over memory, a clock that stands and timers that are turned by hand. */
export const testApp = async (more: Partial<AppDeps> = {}) => {
  let nowMs = msOf(START)
  const now = (): string => isoOf(nowMs)
  const { timers, every } = handTimers()
  const logged: { level: string; fields: Record<string, unknown>; message: string }[] = []
  const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void logged.push({ level, fields, message })
  const memory = memoryStores()
  const { site } = more.stores ?? memory.stores
  const secrets = await loadSecrets(site, randomBytes)
  for (const warehouse of [WAREHOUSE, OTHER_WAREHOUSE]) {
    const roster = nextRoster({ warehouse, version: 0, workers: [AYSE, CEM] }, now(), 7)
    await site.putRoster(warehouse, roster, signRoster(secrets.serverKey, roster))
  }
  const rounds: { request: SyncRequest; asker: Asker }[] = []
  const faults: unknown[] = []
  const nonces = makeNonces(secrets.nonceKey)
  const doorbell = makeDoorbell({
    feed: warehouse => memory.stores.sync.feed(warehouse),
    every,
    onFault: error => void faults.push(error),
  })
  /** What the clock shows at its next looks. */
  const elapsed: number[] = []
  const deps: AppDeps = {
    stores: memory.stores,
    sync: async (request, asker) => {
      rounds.push({ request, asker })
      return emptyAnswer(now(), nonces.issue(now()))
    },
    serverKey: secrets.serverKey,
    tokens: makeTokens(secrets.tokenKey),
    nonces,
    now,
    random: bytes => randomBytes(bytes),
    every,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    doorbell,
    ops: standingOps(elapsed, async () => figures(doorbell.listeners(), nowMs)),
    about: { engine: 'memory', durable: false },
    adminSecret: ADMIN,
    firstSecret: null,
    origin: () => 'https://depo.test',
    ...NONE,
    ...more,
  }
  const app = makeApp(deps)
  return {
    app,
    deps,
    ...memory,
    rounds,
    logged,
    elapsed,
    faults,
    timers,
    wait: (ms: number) => (nowMs += ms),
    /** Runs the timers of this period once. */
    turn: (ms: number) => [...timers].filter(timer => timer.ms === ms).forEach(timer => timer.run()),
    addCode: (code: string, warehouse: WarehouseId = WAREHOUSE, reusable = false) =>
      deps.stores.devices.addCode({
        hash: codeHash(code),
        warehouse,
        expiresAt: reusable ? null : isoOf(nowMs + 600_000),
        reusable,
      }),
  }
}
export type TestApp = Awaited<ReturnType<typeof testApp>>

export type Key = { publicKey: PublicKey; sign: (text: string) => string; privateKey: KeyObject }
export const newKey = (): Key => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicKey: v.parse(publicKeySchema, publicKey.export({ format: 'jwk' })),
    privateKey,
    sign: text =>
      sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  }
}

export const post = (
  test: TestApp,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  from = '10.0.0.1',
): Promise<Response> =>
  Promise.resolve(
    test.app.request(
      path,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
      { incoming: { socket: { remoteAddress: from } } },
    ),
  )

/** A handheld as the server meets it: a key, and what its enrolment answered. */
export type TestDevice = { key: Key; answer: EnrolAnswer }

export const enrolBody = (key: Key, token: string, again?: { device: DeviceId; sig: string }) => ({
  token,
  publicKey: key.publicKey,
  info: { app: '0.1.0', agent: 'test' },
  ...(again ? { again } : {}),
})

let codes = 0
export const enrol = async (test: TestApp, key: Key = newKey()): Promise<TestDevice> => {
  codes += 1
  await test.addCode(`XECODE${codes}`)
  const response = await post(test, '/api/enrol', enrolBody(key, `XECODE${codes}`))
  return { key, answer: v.parse(enrolAnswerSchema, await response.json()) }
}

/** The headers of a request, proven by the device's key. */
export const proven = (
  test: TestApp,
  device: TestDevice,
  method: string,
  path: string,
  body = '',
  nonce: string = test.deps.nonces.issue(test.deps.now()),
): Record<string, string> => ({
  authorization: `${SCHEME} ${test.deps.tokens.issue(device.answer.device, test.deps.now()).access}`,
  [HEADERS.nonce]: nonce,
  [HEADERS.proof]: device.key.sign(proofText(method, path, body, nonce)),
})

export const get = (test: TestApp, device: TestDevice, path: string, headers: Record<string, string> = {}) =>
  Promise.resolve(test.app.request(path, { headers: { ...proven(test, device, 'GET', path), ...headers } }))

export const send = (test: TestApp, device: TestDevice, path: string, body: unknown): Promise<Response> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return post(test, path, text, proven(test, device, 'POST', path, text))
}

export const round = (device: TestDevice, more: Partial<SyncRequest> = {}): SyncRequest => ({
  proto: 1,
  app: '0.1.0',
  device: device.answer.device,
  warehouse: WAREHOUSE,
  session: null,
  cursor: null,
  push: { epoch: 'abcdefghijkl', commands: [] },
  head: { seq: 0, pending: 0, oldest: null, quota: null, persisted: null, lost: false, acked: 0 },
  ...more,
})
export const session = (worker: Worker): NonNullable<SyncRequest['session']> => ({
  id: timeId<'session'>(0, new Uint8Array(10)) satisfies SessionId,
  worker: worker.id,
  roster: 1,
})

export const sealed = (seq: number, body: string) => ({ seq, v: 1, body, hash: '0'.repeat(64), sig: 'A'.repeat(86) })

const emptyAnswer = (now: string, nonce: string): SyncResponse => ({
  proto: 1,
  now,
  minVersion: '0.1.0',
  push: { acked: 0, durable: null, gap: null, results: [] },
  pull: { from: null, cursor: null, floor: 0, more: false, through: 0, rows: [] },
  nonce,
  catalogue: 'sha256-one',
  reset: null,
})

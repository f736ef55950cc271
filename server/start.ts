import { randomBytes, randomUUID } from 'node:crypto'
import os from 'node:os'
import type { DeviceId, WarehouseId } from '../shared/ids.ts'
import type { CommandKey } from '../shared/sync/command.ts'
import { makeApp } from './app.ts'
import { removeAdminFile, writeAdminFile } from './admin-file.ts'
import { codeHash, enrolUrl, issueCode, newCode, newSecret } from './auth/code.ts'
import { makeIdentityProvider } from './auth/identity.ts'
import type { IdentityProvider } from './auth/identity.ts'
import { loadSecrets } from './auth/key.ts'
import type { Secrets } from './auth/key.ts'
import { makeNonces } from './auth/nonce.ts'
import { renewRoster } from './auth/roster.ts'
import { makeTokens } from './auth/token.ts'
import type { Config } from './config.ts'
import { makeContinuity } from './continuity.ts'
import type { Continuity } from './continuity.ts'
import { readDemo } from './demo/read-demo.ts'
import { seedAccounts } from './demo/accounts.ts'
import { DEMO_WAREHOUSE, seedDemo } from './demo/site.ts'
import { newFeedEpoch } from './feed-epoch.ts'
import { makeMetrics } from './metrics.ts'
import { makeDoorbell } from './routes/doorbell.ts'
import type { Doorbell } from './routes/doorbell.ts'
import { proxyList } from './routes/caller.ts'
import type { AppDeps, Log } from './routes/deps.ts'
import type { Ops } from './routes/ops.ts'
import { loadFiles } from './routes/static.ts'
import type { DropFolder } from './drop-folder.ts'
import { diskDrop, writableFolder } from './drop-folder.ts'
import { migrate, pending } from './store/migrate.ts'
import { openDatabase } from './store/open.ts'
import type { OpenDatabase } from './store/open.ts'
import { SERVER_DEVICE } from './store/server-device.ts'
import { makeStores } from './store/stores.ts'
import { freeBytes, readiness } from './ready.ts'
import { handleSync } from './sync/handle.ts'
import { makePushLine } from './sync/push-line.ts'
import { diskFolder } from './erp/folder.ts'
import { loopbackUrl, serve } from './tls/serve.ts'
import type { Machine, Served } from './tls/serve.ts'
import { makeErpDesk } from './workers/erp-desk.ts'
import type { ErpDesk } from './workers/erp-desk.ts'

/** Oldest app that may still sync; raised when a release must not be used any more. */
const MIN_VERSION = '0.1.0'
const HOUR_MS = 3_600_000
/** How often it is looked whether the database is what it was. */
const LOOK_MS = 10_000
const ERP_EVERY = { importMs: 5_000, deliverMs: 1_000, compareMs: HOUR_MS }

export type Core = {
  config: Config
  opened: OpenDatabase
  stores: ReturnType<typeof makeStores>
  continuity: Continuity
  secrets: Secrets
  doorbell: Doorbell
  erp: ErpDesk
  drop: DropFolder
  identity: IdentityProvider | null
  demo: boolean
  log: Log
  now: () => string
  /** Newest undo first: what was started last is stopped first. */
  atStop: (stop: () => Promise<void> | void) => void
}
/** What runs beside the routes (workers, the demo ERP). Started when the routes are open, stopped before the database is. */
export type Companion = (core: Core) => Promise<void>

export type Running = Pick<Served, 'origin' | 'others' | 'help'> & {
  describe: string
  durable: boolean
  demoCode: string | null
  /** What the first administrator proves themselves with; null = there is one. */
  firstSecret: string | null
  stop(): Promise<void>
}

const now = (): string => new Date().toISOString()
const THIS_MACHINE: Machine = { hostname: os.hostname(), interfaces: os.networkInterfaces }
const later = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
const every = (ms: number, run: () => void): (() => void) => {
  const timer = setInterval(run, ms)
  return () => clearInterval(timer)
}
const random = (bytes: number): Uint8Array => randomBytes(bytes)

/**
 * Opens the store, seeds the demo into an empty installation, opens the socket, starts the companions. When a step fails
 * the earlier ones are undone and the error is thrown: its message is for the person who starts the server.
 */
export const start = async (
  config: Config,
  deps: { log: Log; pwaDir: string; demoDir: string; companions: readonly Companion[] },
): Promise<Running> => {
  const undo: (() => Promise<void> | void)[] = []
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> => (stopped ??= runAll(undo, deps.log))
  try {
    const core = await openCore(config, deps.log, step => void undo.unshift(step))
    const adminSecret = Buffer.from(random(32)).toString('base64url')
    let origin = ''
    let code = ''
    const enrolment = (): { code: string; url: string } => ({ code, url: enrolUrl(origin, code) })
    const firstSecret = (await core.stores.accounts.any()) ? null : newSecret(random)
    const demoFiles = core.demo ? await loadFiles(deps.demoDir) : null
    const reader = { stores: core.stores, warehouse: DEMO_WAREHOUSE.id, device: SERVER_DEVICE, enrolment }
    const app = makeApp({
      ...appDeps(core),
      adminSecret,
      firstSecret,
      origin: () => origin,
      files: await loadFiles(deps.pwaDir),
      demo: core.demo ? { data: readDemo(reader), files: demoFiles ?? new Map() } : null,
    })
    const served = await serve(app, config, { machine: THIS_MACHINE, nowMs: Date.now, random, every, ...core })
    // Open streams would keep the socket from closing.
    undo.unshift(() => core.doorbell.close())
    origin = served.origin
    if (core.demo) code = await openDemoCode(core)
    await writeAdminFile(config.dataDir, {
      url: loopbackUrl(config.host, served.port, served.pin),
      pin: served.pin,
      origin,
      secret: adminSecret,
    })
    undo.unshift(() => removeAdminFile(config.dataDir))
    for (const companion of deps.companions) await companion(core)
    const { describe, durable } = core.opened
    const { others, help } = served
    return { origin, others, help, describe, durable, demoCode: core.demo ? code : null, firstSecret, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const openCore = async (config: Config, log: Log, atStop: Core['atStop']): Promise<Core> => {
  const opened = await openDatabase({
    ...(config.databaseUrl === null ? {} : { databaseUrl: config.databaseUrl }),
    dataDir: config.dataDir,
    allowNotDurable: config.allowNotDurable,
    log: {
      info: message => log.info({}, message),
      warn: message => log.warn({}, message),
      error: message => log.error({}, message),
    },
  })
  atStop(() => opened.close())
  await migrate(opened.db)
  const stores = makeStores(opened.db)
  const continuity = makeContinuity({
    store: stores.continuity,
    dataDir: config.dataDir,
    lineage: opened.lineage,
    now,
    onRenewed: (why, warehouses) =>
      log.error(
        { why, warehouses },
        'the database is not what it was: handhelds begin anew, messages to ERPs are held',
      ),
  })
  await continuity.check()
  const secrets = await loadSecrets(stores.site, random)
  const seed = { key: secrets.serverKey, now: now(), feedEpoch: newFeedEpoch() }
  const demo = (config.demo || (await stores.site.setting('demo')) === 'seeded') && (await seedDemo(stores.site, seed))
  if (demo) await seedAccounts(stores.accounts, now())
  const doorbell = makeDoorbell({
    feed: warehouse => stores.sync.feed(warehouse),
    every,
    onFault: error => log.error({ err: error }, 'the doorbell cannot read the feed'),
  })
  const erp = openErp(config, { stores, doorbell, log })
  await writableFolder(config.exportFolder, 'STOCKHAND_EXPORT_FOLDER')
  const drop = diskDrop(config.exportFolder)
  const identity = openIdentity(config, log)
  const core: Core = {
    config,
    opened,
    stores,
    continuity,
    secrets,
    doorbell,
    erp,
    drop,
    identity,
    demo,
    log,
    now,
    atStop,
  }
  const look = (): void => void continuity.check().catch((error: unknown) => log.error({ err: error }, 'continuity'))
  // What was read before must not be believed; whether something is missing is looked at right behind it.
  opened.onReturn(() => {
    stores.forget()
    look()
  })
  atStop(every(LOOK_MS, look))
  await renewRosters(core)
  atStop(every(HOUR_MS, () => void renewRosters(core).catch((error: unknown) => log.error({ err: error }, 'roster'))))
  return core
}

/** Connections to ERPs, which nothing runs yet. */
const openErp = (
  { fileRoot, secretKeys }: Config,
  { stores, doorbell, log }: Pick<Core, 'stores' | 'doorbell' | 'log'>,
): ErpDesk =>
  makeErpDesk({
    stores,
    keys: secretKeys,
    folder: fileRoot === null ? null : name => diskFolder(fileRoot, name),
    ring: warehouse => doorbell.ring(warehouse),
    now,
    random: Math.random,
    newId: randomUUID,
    log,
    every: ERP_EVERY,
  })

/** Looked at once for the log; a warehouse does not wait for its company's log-in. */
const openIdentity = ({ identity: settings }: Config, log: Log): IdentityProvider | null => {
  if (settings === null) return null
  const identity = makeIdentityProvider(settings, { fetch, now, nowMs: Date.now })
  const issuer = settings.issuer.href
  void identity.check().then(
    () => log.info({ issuer }, 'the company log-in is ready'),
    (err: unknown) =>
      log.error(
        { issuer, err },
        'the company log-in does not work: STOCKHAND_OIDC_ISSUER is not reached, or is another one',
      ),
  )
  return identity
}

const appDeps = (core: Core): Omit<AppDeps, 'adminSecret' | 'firstSecret' | 'origin' | 'files' | 'demo'> => {
  const { stores, secrets, doorbell, erp, log, opened } = core
  const nonces = makeNonces(secrets.nonceKey)
  const ops = opsOf(core)
  const sync = {
    store: stores.sync,
    book: makePushLine(stores.sync, later, error =>
      log.warn({ err: error }, 'pushes that went together failed; each goes by itself'),
    ),
    now,
    newFeedEpoch,
    nonce: () => nonces.issue(now()),
    minVersion: MIN_VERSION,
    ring: (warehouse: WarehouseId) => doorbell.ring(warehouse),
    onRenewed: (warehouse: WarehouseId, device: DeviceId) =>
      log.error(
        { warehouse, device },
        'a handheld knows more than the server: handhelds begin anew, messages to ERPs are held',
      ),
    onBroken: (key: CommandKey, err: unknown) =>
      log.error({ ...key, err }, 'a rule failed on a command, which is kept in quarantine'),
    onApplied: ops.metrics.applied,
    onForked: async (device: Parameters<typeof stores.devices.revoke>[0]) => {
      log.error({ device }, 'two commands carry one number: the handheld is frozen')
      await stores.devices.revoke(device, 'frozen', null)
    },
  }
  return {
    stores,
    sync: async (request, asker) => {
      const lineage = opened.lineage()
      const answer = await handleSync(sync, request, asker)
      if (opened.lineage() === lineage) return answer
      // It was answered by another database than it began with: no handheld hears of that one before its feed is renewed.
      await core.continuity.check()
      return handleSync(sync, request, asker)
    },
    serverKey: secrets.serverKey,
    tokens: makeTokens(secrets.tokenKey),
    nonces,
    now,
    random,
    every,
    log,
    doorbell,
    drop: core.drop,
    erp,
    ops,
    about: { engine: opened.engine, durable: opened.durable },
    publicUrl: core.config.publicUrl,
    identity: core.identity,
  }
}

const opsOf = ({ config, opened, stores, doorbell }: Core): Ops => {
  const free = (): Promise<number | null> => freeBytes(config.dataDir)
  const read = async () => ({
    ...(await stores.figures.read()),
    connected: doorbell.listeners(),
    diskFreeBytes: await free(),
    nowMs: Date.now(),
  })
  return {
    elapsedMs: () => performance.now(),
    isProxy: proxyList(config.trustedProxies) ?? (() => false),
    metrics: makeMetrics(read, { process: true }),
    metricsToken: config.metricsToken,
    ready: () =>
      readiness({ store: () => stores.site.warehouses(), pending: () => pending(opened.db), freeBytes: free }),
  }
}

const renewRosters = async (core: Core): Promise<void> => {
  const { site } = core.stores
  for (const { id } of await site.warehouses())
    if (await renewRoster(site, core.secrets.serverKey, id, now())) core.doorbell.ring(id)
}

/** The demo's set-up code works for any number of handhelds, and only in this run. */
const openDemoCode = async (core: Core): Promise<string> => {
  const { site, devices } = core.stores
  const warehouse = DEMO_WAREHOUSE.id
  // The code of the last run, however that ended, still stands.
  const hash = await site.setting('demoCode')
  if (typeof hash === 'string')
    await devices.addCode({ hash, warehouse, expiresAt: '1970-01-01T00:00:00.000Z', reusable: false })
  const { code } = await issueCode(devices, { warehouse, now: now(), reusable: true, code: newCode(random) })
  await site.saveSetting('demoCode', codeHash(code))
  return code
}

const runAll = async (steps: readonly (() => Promise<void> | void)[], log: Log): Promise<void> => {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      log.error({ err: error }, 'a part did not stop cleanly')
    }
  }
}

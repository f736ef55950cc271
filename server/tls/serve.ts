import { createHash, X509Certificate } from 'node:crypto'
import type { NetworkInterfaceInfo } from 'node:os'
import path from 'node:path'
import type { Hono } from 'hono'
import type { Config } from '../config.ts'
import { listen } from '../listen.ts'
import type { Listening } from '../listen.ts'
import type { Log } from '../routes/deps.ts'
import { fingerprintOf, makeHelp } from './help.ts'
import type { LanCertificate } from './lan-certificate.ts'
import { namesOf } from './names.ts'
import type { Names } from './names.ts'
import { ownCertificate } from './own-certificate.ts'

export type Served = {
  port: number
  /** Where handhelds reach us. */
  origin: string
  /** The same server by its other addresses. */
  others: readonly string[]
  /** SHA-256 of the server's public key, by which the command line knows it again; null = no HTTPS. */
  pin: string | null
  /** Where the page lies that helps to install the authority. */
  help: { url: string; fingerprint: string } | null
}

export type Machine = {
  hostname: string
  interfaces: () => Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>
}
export type ServeDeps = {
  machine: Machine
  nowMs: () => number
  random: (bytes: number) => Uint8Array
  every: (ms: number, run: () => void) => () => void
  log: Log
  atStop: (stop: () => Promise<void> | void) => void
}

/** How often it is looked whether the certificate still fits: addresses change, and servers run for more than a year. */
export const LOOK_MS = 3_600_000

/** Opens the app's socket, and with a local authority the second one that helps to trust it. */
export const serve = async (app: Hono, config: Config, deps: ServeDeps): Promise<Served> => {
  switch (config.tls.kind) {
    case 'none':
      return servePlain(app, config, deps)
    case 'own':
      return serveOwn(app, config, config.tls, deps)
    case 'lan':
      return serveLan(app, config, config.tls, deps)
  }
}

const open = async (deps: ServeDeps, ...how: Parameters<typeof listen>): Promise<Listening> => {
  const listening = await listen(...how)
  deps.atStop(() => listening.close())
  return listening
}

const servePlain = async (app: Hono, config: Config, deps: ServeDeps): Promise<Served> => {
  const { port } = await open(deps, app, config)
  const origin = config.publicUrl ?? urlOf('http', browserHost(config.host), port)
  return { port, origin, others: [], pin: null, help: null }
}

const serveOwn = async (
  app: Hono,
  config: Config,
  files: { cert: string; key: string },
  deps: ServeDeps,
): Promise<Served> => {
  const { server, host } = await ownCertificate(files, deps.nowMs())
  const { port } = await open(deps, app, config, server)
  const origin = config.publicUrl ?? urlOf('https', host ?? browserHost(config.host), port)
  return { port, origin, others: [], pin: pinOf(server.cert), help: null }
}

const serveLan = async (app: Hono, config: Config, at: { helpPort: number }, deps: ServeDeps): Promise<Served> => {
  // With its libraries only where it is wanted.
  const { lanCertificate } = await import('./lan-certificate.ts')
  const certify = (names: Names): Promise<LanCertificate> =>
    lanCertificate({ folder: path.join(config.dataDir, 'tls'), names, nowMs: deps.nowMs(), random: deps.random })
  const first = await certify(namesNow(config, deps.machine))
  warnOf(first, deps.log)
  const listening = await open(deps, app, config, first.server)
  const { port } = listening
  const hostsNow = (): string[] => hostsOf(config, deps.machine)
  const originNow = (): string => config.publicUrl ?? urlOf('https', hostsNow()[0] ?? 'localhost', port)
  const helpApp = makeHelp({ origin: originNow, authority: first.authority.cert })
  const help = await open(deps, helpApp, { port: at.helpPort, host: config.host, named: 'STOCKHAND_HELP_PORT' })
  const look = async (): Promise<void> => {
    const next = await certify(namesNow(config, deps.machine))
    if (!next.renewed) return
    listening.renew(next.server)
    deps.log.info({ origin: originNow() }, 'the certificate was renewed')
    warnOf(next, deps.log)
  }
  deps.atStop(
    deps.every(LOOK_MS, () => void look().catch((err: unknown) => deps.log.error({ err }, 'certificate not renewed'))),
  )
  const origin = originNow()
  return {
    port,
    origin,
    others: hostsNow()
      .map(host => urlOf('https', host, port))
      .filter(url => url !== origin),
    pin: pinOf(first.server.cert),
    help: {
      url: urlOf('http', hostsNow()[0] ?? 'localhost', help.port),
      fingerprint: fingerprintOf(first.authority.cert),
    },
  }
}

const namesNow = ({ publicUrl }: Config, { hostname, interfaces }: Machine): Names =>
  namesOf({ hostname, interfaces: interfaces(), publicUrl })

/** By which handhelds may come: the one interface that we listen on, or all of them. */
const hostsOf = (config: Config, machine: Machine): string[] => {
  if (!isAny(config.host)) return [browserHost(config.host)]
  const { addresses } = namesOf({ hostname: machine.hostname, interfaces: machine.interfaces(), publicUrl: null })
  return addresses.filter(
    address => address !== '127.0.0.1' && address !== '::1' && (config.host === '::' || !address.includes(':')),
  )
}

const warnOf = ({ leftOut }: LanCertificate, log: Log): void => {
  if (leftOut.length > 0)
    log.warn(
      { names: leftOut },
      'the certificate authority may not sign for these names of this machine; it was made when there were others',
    )
}

const pinOf = (cert: string): string => pinOfKey(new X509Certificate(cert))
export const pinOfKey = (cert: X509Certificate): string =>
  createHash('sha256')
    .update(cert.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')

export const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::'
/** Browsers give the camera to https and to localhost only. */
const browserHost = (host: string): string =>
  isAny(host) || host === '127.0.0.1' || host === '::1' ? 'localhost' : host
const urlOf = (scheme: string, host: string, port: number): string => {
  const named = host.includes(':') ? `[${host}]` : host
  return port === (scheme === 'https' ? 443 : 80) ? `${scheme}://${named}` : `${scheme}://${named}:${port}`
}
/** By which this machine reaches a server of its own. */
export const loopbackUrl = (host: string, port: number, pin: string | null): string =>
  urlOf(pin === null ? 'http' : 'https', isAny(host) ? '127.0.0.1' : host, port)

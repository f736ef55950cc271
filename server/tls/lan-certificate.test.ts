import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { NetworkInterfaceInfo } from 'node:os'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { http1 } from '../../test/support/https.ts'
import { issue, makeAuthority, newKey, permittedOf } from './authority.ts'
import type { Pair } from './authority.ts'
import { lanCertificate } from './lan-certificate.ts'
import { namesOf } from './names.ts'
import type { Names } from './names.ts'
import { ownCertificate } from './own-certificate.ts'

const DAY_MS = 86_400_000
const NOW = Date.now()
let root = ''
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'stockhand-tls-'))
})
afterAll(() => rm(root, { recursive: true }))

let folders = 0
const newFolder = (): string => path.join(root, String((folders += 1)))
const NAMES: Names = { hosts: ['depo', 'depo.local', 'localhost'], addresses: ['192.168.7.20', '127.0.0.1', '::1'] }
const certify = (folder: string, names = NAMES, nowMs = NOW) =>
  lanCertificate({ folder, names, nowMs, random: randomBytes })

const info = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo

test('[OP1] a server is called by its host name, name.local, localhost and the addresses that the network reaches it by', () => {
  const interfaces = {
    lo: [info('127.0.0.1', true), info('::1', true)],
    docker0: [info('172.17.0.1')],
    eth0: [info('fd00::7'), info('2001:db8::7'), info('fe80::7'), info('192.168.7.20')],
  }
  expect(namesOf({ hostname: 'Depo.example.org', interfaces, publicUrl: 'https://stock.lan:8443' })).toEqual({
    hosts: ['depo.example.org', 'depo', 'depo.local', 'localhost', 'stock.lan'],
    addresses: ['192.168.7.20', 'fd00::7', '172.17.0.1', '127.0.0.1', '::1'],
  })
  expect(namesOf({ hostname: 'nice name', interfaces: {}, publicUrl: null }).hosts).toEqual(['localhost'])
})

test('[OP1] the authority is good for ten years, the server for at most 397 days, for all its names', async () => {
  const made = await certify(newFolder())
  const [authority, server] = [new X509Certificate(made.authority.cert), new X509Certificate(made.server.cert)]
  const days = (cert: X509Certificate) => (Date.parse(cert.validTo) - Date.parse(cert.validFrom)) / DAY_MS
  expect([authority.ca, server.ca]).toEqual([true, false])
  expect(Math.round(days(authority) / 365.25)).toBe(10)
  expect(days(server)).toBeLessThanOrEqual(397)
  expect(server.checkIssued(authority) && server.verify(authority.publicKey)).toBe(true)
  for (const host of NAMES.hosts) expect(server.checkHost(host)).toBe(host)
  for (const address of NAMES.addresses) expect(server.checkIP(address)).toBe(address)
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
})

test('[OP2] the keys can be read by their owner only, and the authority stays the same', async () => {
  const folder = newFolder()
  const first = await certify(folder)
  const second = await certify(folder)
  expect([first.renewed, second.renewed]).toEqual([true, false])
  expect(second.authority).toEqual(first.authority)
  expect(second.server).toEqual(first.server)
  for (const name of ['authority.key', 'server.key'])
    expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600)
  expect((await stat(folder)).mode & 0o077).toBe(0)
})

test('[OP2] the server’s certificate is renewed when less than thirty days are left or it lacks a name; its key stays', async () => {
  const folder = newFolder()
  const first = await certify(folder)
  expect((await certify(folder, NAMES, NOW + 360 * DAY_MS)).renewed).toBe(false)
  const later = await certify(folder, NAMES, NOW + 370 * DAY_MS)
  expect([later.renewed, later.server.key === first.server.key]).toEqual([true, true])
  expect(later.authority).toEqual(first.authority)
  const moved = await certify(folder, { ...NAMES, addresses: ['10.1.2.3'] }, NOW + 370 * DAY_MS)
  expect([moved.renewed, moved.leftOut]).toEqual([true, []])
  expect(new X509Certificate(moved.server.cert).checkIP('10.1.2.3')).toBe('10.1.2.3')
})

test('[OP2] an authority that runs out and one whose key is lost are said, not replaced', async () => {
  const folder = newFolder()
  await certify(folder)
  await expect(certify(folder, NAMES, NOW + 3640 * DAY_MS)).rejects.toThrow('runs out')
  await rm(path.join(folder, 'authority.key'))
  await expect(certify(folder)).rejects.toThrow('only one is there')
})

/** A TLS server of this machine, asked by a client that trusts the authority and nothing else. */
const trusted = async (pair: Pair, authority: Pair, servername: string): Promise<string> => {
  const server = createServer({ ...pair }, (_, answer) => answer.end('hello'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const { body } = await http1(`https://127.0.0.1:${port}`, authority.cert, { servername }).ask('/')
    return body
  } catch (error) {
    return String(error)
  } finally {
    server.close()
  }
}

test('[OP3] the authority may sign for the local network only: a certificate for a bank is refused by the client', async () => {
  const authority = await makeAuthority(NAMES, NOW, randomBytes)
  const key = await newKey()
  const good = await issue(authority, key, { hosts: ['depo.local'], addresses: ['10.9.9.9'] }, NOW, randomBytes)
  expect(await trusted(good, authority, 'depo.local')).toBe('hello')
  const bank = await issue(authority, key, { hosts: ['bank.example'], addresses: [] }, NOW, randomBytes)
  expect(await trusted(bank, authority, 'bank.example')).toContain('permitted subtree violation')
  const public_ = await issue(authority, key, { hosts: ['depo.local'], addresses: ['9.9.9.9'] }, NOW, randomBytes)
  expect(await trusted(public_, authority, 'depo.local')).toContain('permitted subtree violation')
})

test('[OP3] names that the authority may not sign for are left out and said', async () => {
  const folder = newFolder()
  await certify(folder)
  const names = { hosts: [...NAMES.hosts, 'other'], addresses: [...NAMES.addresses, '10.0.0.9', '80.1.2.3'] }
  const next = await certify(folder, names)
  expect(next.leftOut).toEqual(['other', '80.1.2.3'])
  expect(new X509Certificate(next.server.cert).checkIP('10.0.0.9')).toBe('10.0.0.9')
  // A public address that the machine had when the authority was made is one of its own.
  const own = await makeAuthority({ hosts: ['depo'], addresses: ['80.1.2.3'] }, NOW, randomBytes)
  expect(permittedOf(own.cert, { hosts: [], addresses: ['80.1.2.3', '80.1.2.4'] }).addresses).toEqual(['80.1.2.3'])
})

test('[OP6] an own certificate is read with its key; what is wrong with them is one line that names the variable', async () => {
  const folder = newFolder()
  const { server } = await certify(folder)
  const files = { cert: path.join(folder, 'server.crt'), key: path.join(folder, 'server.key') }
  expect(await ownCertificate(files, NOW)).toEqual({ server, host: 'depo' })
  const wrong = async (change: Partial<typeof files>, nowMs = NOW): Promise<string> =>
    ownCertificate({ ...files, ...change }, nowMs).then(String, String)
  expect(await wrong({ cert: path.join(folder, 'none') })).toMatch(/STOCKHAND_TLS_CERT: .*ENOENT/)
  expect(await wrong({ key: path.join(folder, 'authority.key') })).toMatch('STOCKHAND_TLS_KEY: the key is not that')
  expect(await wrong({ key: files.cert })).toMatch('holds no private key')
  expect(await wrong({}, NOW + 400 * DAY_MS)).toMatch('has run out')
  const junk = path.join(folder, 'junk')
  await writeFile(junk, `hunter2 ${await readFile(files.key, 'utf8')}`)
  expect(await wrong({ cert: junk })).toMatch(/holds no certificate in PEM form\.$/)
})

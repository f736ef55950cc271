import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { issue, makeAuthority, newKey, permittedOf } from './authority.ts'
import type { Pair } from './authority.ts'
import type { Names } from './names.ts'

/** What the server serves by, and what handhelds have to trust. */
export type LanCertificate = {
  authority: { cert: string }
  server: Pair
  /** Names of this machine that the authority may not sign for: it was made when it had others. */
  leftOut: readonly string[]
  renewed: boolean
}

/** Renewed when less than this is left. */
export const RENEW_DAYS = 30
const DAY_MS = 86_400_000

type Asked = { folder: string; names: Names; nowMs: number; random: (bytes: number) => Uint8Array }

/**
 * The certificates of the data folder: the authority is made once, because every handheld has to be told of another one;
 * the server's own is renewed, for the same key, when it runs out soon or the machine is called by names that it does not have.
 */
export const lanCertificate = async ({ folder, names, nowMs, random }: Asked): Promise<LanCertificate> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const authority = await authorityOf({ folder, names, nowMs, random })
  const wanted = permittedOf(authority.cert, names)
  const leftOut = [...names.hosts, ...names.addresses].filter(
    name => !wanted.hosts.includes(name) && !wanted.addresses.includes(name),
  )
  const kept = await readPair(folder, 'server')
  const isGood = kept !== null && fits(kept.cert, authority.cert, wanted, nowMs)
  const server = isGood ? kept : await issue(authority, kept?.key ?? (await newKey()), wanted, nowMs, random)
  if (!isGood) await writePair(folder, 'server', server)
  return { authority: { cert: authority.cert }, server, leftOut, renewed: !isGood }
}

const authorityOf = async ({ folder, names, nowMs, random }: Asked): Promise<Pair> => {
  const kept = await readPair(folder, 'authority')
  if (kept !== null) {
    if (Date.parse(new X509Certificate(kept.cert).validTo) - nowMs < RENEW_DAYS * DAY_MS)
      throw new Error(
        `The certificate authority in ${folder} runs out. Move the folder away: a new one is made, and has to be installed on every handheld.`,
      )
    return kept
  }
  const made = await makeAuthority(names, nowMs, random)
  await writePair(folder, 'authority', made)
  return made
}

const fits = (pem: string, authority: string, { hosts, addresses }: Names, nowMs: number): boolean => {
  const cert = new X509Certificate(pem)
  return (
    cert.verify(new X509Certificate(authority).publicKey) &&
    Date.parse(cert.validTo) - nowMs >= RENEW_DAYS * DAY_MS &&
    hosts.every(host => cert.checkHost(host) !== undefined) &&
    addresses.every(address => cert.checkIP(address) !== undefined)
  )
}

const readPair = async (folder: string, name: string): Promise<Pair | null> => {
  const read = (ending: string) => readFile(path.join(folder, `${name}.${ending}`), 'utf8').catch(missingIsNull)
  const [cert, key] = await Promise.all([read('crt'), read('key')])
  if ((cert === null) !== (key === null) && name === 'authority')
    throw new Error(
      `Of ${path.join(folder, name)}.crt and .key only one is there. Put the other one back from a backup.`,
    )
  return cert === null || key === null ? null : { cert, key }
}
const missingIsNull = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}

/** The key first: a certificate without its key looks like a mistake of the person who keeps the folder. */
const writePair = async (folder: string, name: string, { cert, key }: Pair): Promise<void> => {
  for (const [ending, text, mode] of [
    ['key', key, 0o600],
    ['crt', cert, 0o644],
  ] as const) {
    const file = path.join(folder, `${name}.${ending}`)
    await rm(`${file}.new`, { force: true })
    await writeFile(`${file}.new`, text, { mode, flush: true })
    await rename(`${file}.new`, file)
  }
}

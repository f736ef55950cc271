// The library asks for this polyfill to be there before it is.
import 'reflect-metadata'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509'
import * as x509 from '@peculiar/x509'
import { BlockList } from 'node:net'
import { createPublicKey, webcrypto } from 'node:crypto'
import { addRange, holds, isLocal, LOCAL_RANGES } from './names.ts'
import type { Names } from './names.ts'

/** A certificate with its private key, both as PEM text. */
export type Pair = { cert: string; key: string }

const DAY_MS = 86_400_000
export const AUTHORITY_DAYS = 3652
/** Browsers refuse certificates that are good for more than 398 days. */
export const SERVER_DAYS = 397
/** Clocks of handhelds are late at times. */
const EARLIER_MS = DAY_MS

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const

const pkcs8Pem = async (key: CryptoKey): Promise<string> =>
  `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`
const readPkcs8 = async (pem: string): Promise<CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), EC, true, ['sign'])

const newPair = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
/** Positive and of 16 bytes, as RFC 5280 asks. */
const newSerial = (random: (bytes: number) => Uint8Array): string =>
  `4${Buffer.from(random(16)).toString('hex').slice(1)}`

/**
 * A root that may only sign for names of the local network: whoever steals its key can not pretend to be a bank. Critical,
 * so that a reader that does not know the rule trusts nothing of it (RFC 5280, 4.2.1.10).
 */
const constraintsOf = ({ hosts, addresses }: Names): x509.Extension => {
  const ranges = [...LOCAL_RANGES, ...addresses.filter(address => !isLocal(address)).map(wholeOf)]
  const permitted = [
    ...['local', ...hosts.filter(host => !host.endsWith('.local'))].map(dNSName => new GeneralName({ dNSName })),
    ...ranges.map(iPAddress => new GeneralName({ iPAddress })),
  ]
  const permittedSubtrees = new GeneralSubtrees(permitted.map(base => new GeneralSubtree({ base })))
  return new x509.Extension(
    id_ce_nameConstraints,
    true,
    AsnConvert.serialize(new NameConstraints({ permittedSubtrees })),
  )
}
const wholeOf = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

/** `now` in milliseconds. */
export const makeAuthority = async (
  names: Names,
  nowMs: number,
  random: (bytes: number) => Uint8Array,
): Promise<Pair> => {
  const keys = await newPair()
  const serial = newSerial(random)
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    // Two installations of one machine are told apart in a list of authorities.
    name: [{ CN: [`Stockhand ${names.hosts[0] ?? 'server'} ${serial.slice(-6)}`] }, { O: ['Stockhand local network'] }],
    serialNumber: serial,
    notBefore: new Date(nowMs - EARLIER_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      constraintsOf(names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: `${cert.toString('pem')}\n`, key: await pkcs8Pem(keys.privateKey) }
}

/** Those of the names that this authority may sign for. A new address of a private range always is one. */
export const permittedOf = (authority: string, names: Names): Names => {
  const extension = new x509.X509Certificate(authority).getExtension(id_ce_nameConstraints)
  if (extension === null) return names
  const { permittedSubtrees = [] } = AsnConvert.parse(extension.value, NameConstraints)
  const bases = [...permittedSubtrees].map(({ base }) => base)
  const ranges = new BlockList()
  for (const { iPAddress } of bases) if (iPAddress !== undefined) addRange(ranges, iPAddress)
  const domains = bases.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName]))
  return {
    hosts: names.hosts.filter(host => domains.some(domain => host === domain || host.endsWith(`.${domain}`))),
    addresses: names.addresses.filter(address => holds(ranges, address)),
  }
}

export const newKey = async (): Promise<string> => pkcs8Pem((await newPair()).privateKey)

/** A server certificate of this authority for a key of the server's and names that the authority may sign for. */
export const issue = async (
  authority: Pair,
  key: string,
  names: Names,
  nowMs: number,
  random: (bytes: number) => Uint8Array,
): Promise<Pair> => {
  const issuer = new x509.X509Certificate(authority.cert)
  const publicKey = new x509.PublicKey(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(random),
    subject: [{ CN: [(names.hosts[0] ?? names.addresses[0] ?? 'stockhand').slice(0, 64)] }],
    issuer: issuer.subjectName,
    notBefore: new Date(nowMs - EARLIER_MS),
    notAfter: new Date(Math.min(nowMs + (SERVER_DAYS - 1) * DAY_MS, issuer.notAfter.getTime())),
    signingAlgorithm: SIGNING,
    publicKey,
    signingKey: await readPkcs8(authority.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.hosts.map(value => ({ type: 'dns' as const, value })),
        ...names.addresses.map(value => ({ type: 'ip' as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
  return { cert: `${cert.toString('pem')}\n`, key }
}

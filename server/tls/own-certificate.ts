import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Pair } from './authority.ts'

/** A certificate that somebody else has issued, and the host by which handhelds find it; null = it names none. */
export type OwnCertificate = { server: Pair; host: string | null }

/** Reads and checks both files. Throws a line for the person who starts the server, which never says what stands in them. */
export const ownCertificate = async (files: { cert: string; key: string }, nowMs: number): Promise<OwnCertificate> => {
  const [cert, key] = await Promise.all([read('STOCKHAND_TLS_CERT', files.cert), read('STOCKHAND_TLS_KEY', files.key)])
  const first = parse(
    'STOCKHAND_TLS_CERT',
    `${files.cert} holds no certificate in PEM form`,
    () => new X509Certificate(cert),
  )
  const secret = parse('STOCKHAND_TLS_KEY', `${files.key} holds no private key in PEM form without a passphrase`, () =>
    createPrivateKey(key),
  )
  if (!first.checkPrivateKey(secret))
    throw new Error(
      'STOCKHAND_TLS_KEY: the key is not that of the certificate, which has to stand first in its file, before those of its issuers.',
    )
  if (Date.parse(first.validTo) <= nowMs)
    throw new Error(`STOCKHAND_TLS_CERT: ${files.cert} has run out (${first.validTo}).`)
  return { server: { cert, key }, host: hostOf(first) }
}

const read = (name: string, file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${name}: ${file} cannot be read (${error.code ?? 'unknown'}).`, { cause: error })
  })

const parse = <T>(name: string, wrong: string, run: () => T): T => {
  try {
    return run()
  } catch {
    // What the parser says may quote the file.
    throw new Error(`${name}: ${wrong}.`)
  }
}

const hostOf = (cert: X509Certificate): string | null =>
  /(?:^|, )DNS:([^*,"][^,"]*)/.exec(cert.subjectAltName ?? '')?.[1] ?? null

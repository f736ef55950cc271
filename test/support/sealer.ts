import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import type { Roster } from '../../shared/catalogue.ts'
import { COMMAND_VERSION } from '../../shared/sync/command.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { PublicKey } from '../../shared/sync/enrol.ts'
import { chainHash, FIRST_HASH } from '../../shared/sync/seal.ts'
import type { Sealed } from '../../shared/sync/wire.ts'

/** A handheld's key and chain, for tests that push without a browser. */
export type Sealer = {
  device: DeviceId
  epoch: string
  publicKey: PublicKey
  sign: (text: string) => string
  /** Seals the next command; `change` may spoil the body before it is hashed and signed. */
  seal: (draft: Draft, at?: string, change?: (body: Record<string, unknown>) => Record<string, unknown>) => Sealed
  seq: () => number
}

const signText = (key: KeyObject, text: string): string =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')

/** `as` lends its key, for a device that got its name after its key. */
export const makeSealer = (
  site: { warehouse: { id: WarehouseId }; roster: Roster },
  device: DeviceId,
  epoch = 'epoch0000001',
  worker = 0,
  as: Sealer | null = null,
): Sealer => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const who = site.roster.workers[worker]
  if (!who || typeof jwk.x !== 'string' || typeof jwk.y !== 'string') throw new Error('no worker or key')
  let seq = 0
  let previous = FIRST_HASH
  return {
    device,
    epoch,
    publicKey: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y },
    sign: text => signText(privateKey, text),
    seq: () => seq,
    seal: (draft, at = '2026-11-23T08:00:00.000Z', change = body => body) => {
      seq += 1
      const stamp = {
        v: COMMAND_VERSION,
        id: derivedId('command', device, epoch, seq),
        device,
        epoch,
        seq,
        warehouse: site.warehouse.id,
        worker: who.id,
        session: derivedId('session', device),
        roster: site.roster.version,
        policy: 1,
        at,
        mono: seq,
        off: 0,
        unc: 5,
        app: 'test',
      }
      const changed: unknown = change({ ...draft, ...stamp })
      const body = typeof changed === 'string' ? changed : JSON.stringify(changed)
      const hash = chainHash(previous, body)
      previous = hash
      return { seq, v: COMMAND_VERSION, body, hash, sig: as === null ? signText(privateKey, hash) : as.sign(hash) }
    },
  }
}

import * as v from 'valibot'
import type { QuarantineReason } from '../../shared/exception.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { COMMAND_VERSION, commandSchema, FACTS } from '../../shared/sync/command.ts'
import type { Command } from '../../shared/sync/command.ts'
import { chainHash } from '../auth/seal.ts'
import { MAX_COMMAND_BYTES } from '../../shared/sync/limits.ts'
import type { Sealed } from '../../shared/sync/wire.ts'

/** A pushed command after all checks that need no database; they run before the warehouse is locked. */
export type Prepared = {
  sealed: Sealed
  /** Null when the body is not readable. */
  command: Command | null
  flaw: QuarantineReason | null
  /** Whether the hash continues the hash of the command before it in the same push; null for the first. */
  linked: boolean | null
}

/** Verifies one signature: base64url of raw r‖s, ECDSA P-256 with SHA-256 over utf8(text). Never throws. */
export type Verify = (text: string, sig: string) => Promise<boolean>

const fact = v.object({ type: v.string(), v: v.number() })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads a body. Older versions would be up-cast here; version 1 is the first. */
export const readBody = (
  sealed: Pick<Sealed, 'v' | 'body'>,
): { command: Command | null; flaw: QuarantineReason | null } => {
  if (Buffer.byteLength(sealed.body) > MAX_COMMAND_BYTES) return { command: null, flaw: 'unreadable' }
  const body = parsed(sealed.body)
  const known = v.safeParse(commandSchema, body)
  if (known.success) {
    const same = known.output.v === sealed.v
    return same && sealed.v <= COMMAND_VERSION
      ? { command: known.output, flaw: null }
      : { command: null, flaw: same ? 'unknown_version' : 'envelope_mismatch' }
  }
  const head = v.safeParse(fact, body)
  if (!head.success) return { command: null, flaw: 'unreadable' }
  if (head.output.v > COMMAND_VERSION) return { command: null, flaw: 'unknown_version' }
  return { command: null, flaw: FACTS.some(type => type === head.output.type) ? 'unreadable' : 'unknown_type' }
}

/** Whether what was signed is of the device, epoch, number and warehouse that it came under. */
export const envelopeFits = (
  command: Command,
  sealed: Pick<Sealed, 'seq'>,
  at: { device: DeviceId; epoch: string; warehouse: WarehouseId },
): boolean =>
  command.device === at.device &&
  command.epoch === at.epoch &&
  command.seq === sealed.seq &&
  command.warehouse === at.warehouse

/** Distrust comes first: a bad signature is worse than an unreadable body. */
const flawOf = (readFlaw: QuarantineReason | null, signed: boolean, fits: boolean): QuarantineReason | null => {
  if (!signed) return 'bad_signature'
  if (readFlaw) return readFlaw
  return fits ? null : 'envelope_mismatch'
}

/** Parses, checks and verifies a push. Signatures are verified side by side; the result keeps the order. */
export const prepare = async (
  commands: readonly Sealed[],
  at: { device: DeviceId; epoch: string; warehouse: WarehouseId },
  verify: Verify,
): Promise<readonly Prepared[]> =>
  Promise.all(
    commands.map(async (sealed, i) => {
      const before = commands[i - 1]
      const { command, flaw } = readBody(sealed)
      const signed = await verify(sealed.hash, sealed.sig)
      const fits = command === null || envelopeFits(command, sealed, at)
      const linked =
        before === undefined || before.seq !== sealed.seq - 1
          ? null
          : chainHash(before.hash, sealed.body) === sealed.hash
      return { sealed, command: fits ? command : null, flaw: flawOf(flaw, signed, fits), linked }
    }),
  )

import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import type { Birth, Kept, Ports, QueueLook } from './ports.ts'

/** Saved states of the machinery begin with this sign; screens never see them. */
export const OWN_STATE = '~'
const LOST = `${OWN_STATE}lost`

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** 12 characters a-z0-9, drawn without favouring any. */
export const newEpoch = (bytes: (n: number) => Uint8Array): string => {
  let epoch = ''
  while (epoch.length < 12) {
    for (const byte of bytes(16)) if (byte < 252 && epoch.length < 12) epoch += LETTERS[byte % 36]
  }
  return epoch
}

/**
 * The marker row of the queue, made where it is missing: at the first start, after the storage was lost (`livedBefore`:
 * something else remembers an earlier life), when the handheld works in another warehouse, and when files hold what the
 * store has not. An epoch belongs to one warehouse; rows of older epochs stay and go out under their own.
 */
export const ensureBirth = async (
  { queue, random }: Pick<Ports, 'queue' | 'random'>,
  of: { device: DeviceId; warehouse: WarehouseId; livedBefore: boolean; kept?: Kept },
): Promise<Birth> => {
  const known = await queue.birth()
  const isKept = of.kept !== undefined && of.kept.rows.length > 0
  if (known !== null && !isKept && known.device === of.device && known.warehouse === of.warehouse) return known
  const birth: Birth = {
    device: of.device,
    warehouse: of.warehouse,
    epoch: newEpoch(n => random.bytes(n)),
    n: known?.n ?? 1,
    next: 1,
    prevHash: FIRST_HASH,
  }
  if (known === null && of.livedBefore) await queue.saveState({ key: LOST, value: birth.epoch })
  await queue.begin(birth, of.kept)
  return (await queue.birth()) ?? birth
}

/** True until the server has heard that the epoch began because an older one was lost. */
export const isLost = ({ noted }: Pick<QueueLook, 'noted'>, epoch: string): boolean => noted.get(LOST) === epoch
export const lostIsKnown = async (
  { queue }: Pick<Ports, 'queue'>,
  { noted }: Pick<QueueLook, 'noted'>,
): Promise<void> => {
  if (noted.has(LOST)) await queue.dropState(LOST)
}

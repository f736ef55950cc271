import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import type { PublicKey } from '../../shared/sync/enrol.ts'

/** Who this handheld is. Lives in the queue database, because losing it means losing the way to send the queue. */
export type DeviceRecord = {
  device: DeviceId
  number: number
  warehouse: { id: WarehouseId; name: string }
  /** Not extractable. */
  privateKey: CryptoKey
  publicKey: PublicKey
  serverKey: PublicKey
  roster: { text: string; sig: string }
}

/** The place in the queue database that the record is kept in. */
export type DeviceVault = { get(): Promise<unknown>; put(record: unknown): Promise<void> }

/** Written by `enrol` only, so its shape is known. */
export const deviceRecord = async (vault: DeviceVault): Promise<DeviceRecord | null> =>
  (await vault.get()) as DeviceRecord | null

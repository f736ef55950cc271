import type { ClientId, DeviceId, WarehouseId } from '../shared/ids.ts'
import type { PhotoKind } from '../shared/sync/photo.ts'

/** A photo that a handheld has sent, and what it belongs to there. */
export type SentPhoto = {
  warehouse: WarehouseId
  device: DeviceId
  /** SHA-256 of the bytes, hex. */
  sha: string
  bytes: Uint8Array
  width: number
  height: number
  kind: PhotoKind
  /** Of a command `device/epoch/seq`, else the code. */
  subject: string
  /** Null = nobody knew whose goods these were. */
  client: ClientId | null
  takenAt: string
  now: string
}

/** Photos by their content. The facts name them; losing one loses no stock. */
export interface PhotoStore {
  /**
   * Keeps bytes and link in one transaction; the same again changes nothing and is no part of the allowance. `full`: this
   * device has sent all that it may within a day; nothing was kept.
   */
  keep(photo: SentPhoto, allowance: { count: number; bytes: number }): Promise<'kept' | 'full'>
  /** Null = not here, or not of these clients. `clients` null = all. */
  bytes(wanted: {
    warehouse: WarehouseId
    sha: string
    clients: readonly ClientId[] | null
  }): Promise<Uint8Array | null>
  /** Forgets what was received before; gives how many. */
  forget(warehouse: WarehouseId, before: string): Promise<number>
}

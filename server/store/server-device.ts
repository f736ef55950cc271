import { derivedId } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'

/** What the server books by itself has a key as well: this device, the feed epoch, the commit number. */
export const SERVER_DEVICE: DeviceId = derivedId('device', 'server')
export const SERVER_DEVICE_ROW = 0

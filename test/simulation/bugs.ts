import type { Ports } from '../../pwa/sync/ports.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import type { Verify } from '../../server/sync/prepare.ts'
import type { SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import type { Device } from './device.ts'
import { COUNT_BUGS } from './bugs-counts.ts'
import { DEVICE_BUGS } from './bugs-device.ts'
import { ORDER_BUGS } from './bugs-orders.ts'
import { SERVER_BUGS } from './bugs-server.ts'
import type { Fault } from './faults.ts'
import type { Shift, Stage } from './stage.ts'

/**
 * A mistake that a real implementation makes, put between the product and its ports. A simulator that finds nothing proves
 * nothing until it finds what is known to be there.
 */
export type Plant = {
  title: string
  /** It must be caught within so many seeds, counted from 1. */
  within: number
  /** The work in which it shows, and for how long, where it is not the usual one. */
  shift?: (seed: number) => Shift
  minutes?: number
  /** Trouble without which it cannot show. */
  faults?: (drawn: readonly Fault[]) => readonly Fault[]
  ports?: (ports: Ports, device: Device, stage: Stage) => Ports
  store?: (store: SyncStore, stage: Stage) => SyncStore
  /** Sees each request before the server does. */
  asked?: (stage: Stage, request: SyncRequest) => void
  /** A message is marked as told before the ERP has answered. */
  marksEarly?: boolean
  /** It shows only where pushes go together: those of each seed do then. */
  together?: boolean
  verify?: (verify: Verify) => Verify
  response?: (body: SyncResponse) => SyncResponse
}

export const BUGS: Readonly<Record<string, Plant>> = { ...SERVER_BUGS, ...DEVICE_BUGS, ...ORDER_BUGS, ...COUNT_BUGS }

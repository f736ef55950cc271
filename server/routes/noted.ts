import type { Context } from 'hono'
import type { DeviceId } from '../../shared/ids.ts'

/** What is known of a request when it has been answered, for its line in the log and its place in the metrics. */
export type Noted = {
  /** The route's pattern, never the address: addresses may hold codes, and there is no end of them. */
  route?: string
  device?: DeviceId
  /** The commands that a sync has pushed: with the device these are their names. */
  epoch?: string
  seqs?: readonly [first: number, last: number]
  acked?: number
  /** Who asks, as far as the proxies before us are to be believed. */
  from?: string
  secure?: boolean
}

const all = new WeakMap<Context, Noted>()

export const note = (c: Context, more: Noted): void => {
  all.set(c, { ...all.get(c), ...more })
}
export const noted = (c: Context): Noted => all.get(c) ?? {}

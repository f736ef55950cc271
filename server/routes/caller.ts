import type { Context } from 'hono'
import { BlockList } from 'node:net'
import { addRange, holds } from '../tls/names.ts'
import { note, noted } from './noted.ts'

type Socket = { remoteAddress?: string; localAddress?: string; encrypted?: boolean }
const socketOf = (c: Context): Socket => {
  const env: { incoming?: { socket?: Socket } } | undefined = c.env
  return env?.incoming?.socket ?? {}
}

/** IPv4 as it is, also where the socket speaks IPv6. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
const peerOf = (c: Context): string => plain(socketOf(c).remoteAddress ?? 'unknown')

/** Proxies whose word is taken. Null = one of the texts is neither an address nor a range. */
export const proxyList = (ranges: readonly string[]): ((address: string) => boolean) | null => {
  const list = new BlockList()
  return ranges.every(range => addRange(list, range)) ? address => holds(list, address) : null
}

/** More hops than that no installation has; the rest of the header is somebody's joke. */
const MAX_HOPS = 20

/**
 * Notes who asks and whether by HTTPS. `X-Forwarded-For` is read from its end, where our own proxies write, up to the
 * first address that is none of them; what stands before it anybody may have written.
 */
export const noteCaller = (c: Context, isProxy: (address: string) => boolean): void => {
  const peer = peerOf(c)
  if (!isProxy(peer)) {
    note(c, { from: peer, secure: socketOf(c).encrypted === true })
    return
  }
  const hops = (c.req.header('x-forwarded-for') ?? '')
    .split(',')
    .map(hop => plain(hop.trim().replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2')))
    .filter(hop => hop !== '')
    .slice(-MAX_HOPS)
  const from = hops.findLast(hop => !isProxy(hop)) ?? hops[0] ?? peer
  const proto = (c.req.header('x-forwarded-proto') ?? '').split(',').at(-1)?.trim().toLowerCase()
  note(c, { from: /^[\da-f.:]{2,45}$/i.test(from) ? from : peer, secure: proto === 'https' })
}

/** Whose allowance a request without credentials uses up. */
export const addressOf = (c: Context): string => noted(c).from ?? peerOf(c)

const LOOPBACK = new Set(['127.0.0.1', '::1'])

/**
 * Whether the request was made on this machine, by nobody on behalf of another one: a proxy here speaks for the whole
 * network, trusted or not. A machine that talks to its own outside address is still this machine.
 */
export const fromHere = (c: Context): boolean => {
  if (c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined) return false
  const peer = peerOf(c)
  return LOOPBACK.has(peer) || (peer !== 'unknown' && peer === plain(socketOf(c).localAddress ?? ''))
}

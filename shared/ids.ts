import { sha1 } from '@noble/hashes/legacy.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Names of things are UUIDs everywhere outside server/store (SPEC W1). The brand keeps an item from being taken for a place. */
export declare const brand: unique symbol
export type Id<K extends string> = string & { readonly [brand]: K }

export type WarehouseId = Id<'warehouse'>
export type ClientId = Id<'client'>
export type ItemId = Id<'item'>
export type LocationId = Id<'location'>
/** Licence plate of a pallet or box; `NO_LPN` means loose stock, so that keys never hold null. */
export type LpnId = Id<'lpn'>
export type DocumentId = Id<'document'>
export type LineId = Id<'line'>
export type TaskId = Id<'task'>
export type DeviceId = Id<'device'>
export type WorkerId = Id<'worker'>
export type SessionId = Id<'session'>
export type ConnectorId = Id<'connector'>
export type DecisionId = Id<'decision'>
/** What the desk wants of whoever has a handheld. */
export type CallId = Id<'call'>
export type PrinterId = Id<'printer'>
export type PrintJobId = Id<'print job'>
export type ScheduleId = Id<'schedule'>
/** What a decision is about: a variance, or a place that is to be counted. */
export type DecisionTarget = Id<'target'>

export const NO_LPN = '00000000-0000-0000-0000-000000000000' as LpnId

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const isUuid = (text: string): boolean => UUID.test(text)

/** Stockhand's own namespace for UUIDv5 (RFC 9562, section 5.5): a constant drawn once at random. */
const NAMESPACE = '8a5f0a3e-6c1d-4f0e-9a57-3f1f6f0c2b11'

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const hexOf = (bytes: Uint8Array): string => {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

const format = (bytes: Uint8Array, version: 5 | 7): string => {
  const b = bytes.slice(0, 16)
  b[6] = ((b[6] ?? 0) & 0x0f) | (version << 4)
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80
  const hex = hexOf(b)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const bytesOf = (uuid: string): Uint8Array => {
  const hex = uuid.replaceAll('-', '')
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

const NAMESPACE_BYTES = bytesOf(NAMESPACE)
const named = (text: string): Uint8Array => {
  const name = utf8ToBytes(text)
  const all = new Uint8Array(NAMESPACE_BYTES.length + name.length)
  all.set(NAMESPACE_BYTES)
  all.set(name, NAMESPACE_BYTES.length)
  return all
}

/** Names of tasks and lines are derived at every command that touches them: those that were derived last are kept. */
const derived = new Map<string, string>()
const MAX_DERIVED = 4096

/**
 * A name derived from what it names: the same parts give the same UUIDv5 on the handheld and on the server,
 * before they have spoken. Parts are joined by a line feed, which no part may contain.
 */
export const derivedId = <K extends string>(...parts: readonly (string | number)[]): Id<K> => {
  const text = parts.join('\n')
  const known = derived.get(text)
  if (known !== undefined) return known as Id<K>
  const id = format(sha1(named(text)), 5) as Id<K>
  if (derived.size >= MAX_DERIVED) derived.clear()
  derived.set(text, id)
  return id
}

/** A fresh UUIDv7 from the clock (ms since 1970) and 10 random bytes that the caller brings. */
export const timeId = <K extends string>(atMs: number, random: Uint8Array): Id<K> => {
  const bytes = new Uint8Array(16)
  let ms = atMs
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = ms % 256
    ms = Math.floor(ms / 256)
  }
  bytes.set(random.subarray(0, 10), 6)
  return format(bytes, 7) as Id<K>
}

import * as v from 'valibot'
import { codeOf } from '../../../server/erp/folder.ts'
import type { FileState, Folder } from '../../../server/erp/folder.ts'
import { serveHandler } from '../../../server/erp/sim/serve.ts'

/**
 * A folder on another machine: every use of it is a call, and a proxy between both breaks calls as a network share does, with
 * answers that are lost and renames that come late or twice.
 */
type Ask = { [K in keyof Folder]: { op: K; args: unknown[] } }[keyof Folder]

const carried = (value: unknown): unknown =>
  value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value
const bytesShape = v.object({ bytes: v.string() })
const unpacked = (value: unknown): unknown => {
  const read = v.safeParse(bytesShape, value)
  return read.success ? new Uint8Array(Buffer.from(read.output.bytes, 'base64')) : value
}

export const serveFolder = (folder: Folder): Promise<{ url: string; close: () => Promise<void> }> =>
  serveHandler(async request => {
    const { op, args } = (await request.json()) as Ask
    try {
      const run = folder[op] as (...given: unknown[]) => Promise<unknown>
      return Response.json({ value: carried(await run(...args.map(unpacked))) ?? null })
    } catch (error) {
      return Response.json({ code: codeOf(error) })
    }
  })

const lost = (code: string): Error => Object.assign(new Error(code), { code })
const answerShape = v.union([v.object({ value: v.unknown() }), v.object({ code: v.string() })])

export const remoteFolder = (url: string): Folder => {
  const call = async (op: keyof Folder, ...args: readonly unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ op, args: args.map(carried) })
    const answer = await fetch(url, { method: 'POST', body })
      .then(async response => (response.ok ? ((await response.json()) as unknown) : null))
      .catch(() => null)
    const read = v.safeParse(answerShape, answer)
    if (!read.success) throw lost('EIO')
    if ('code' in read.output) throw lost(read.output.code)
    return unpacked(read.output.value)
  }
  return {
    list: async name => (await call('list', name)) as string[],
    state: async names => (await call('state', names)) as (FileState | null)[],
    read: async (name, maxBytes) => (await call('read', name, maxBytes)) as Uint8Array,
    write: async (name, bytes) => void (await call('write', name, bytes)),
    move: async (from, to) => void (await call('move', from, to)),
    trouble: async name => (await call('trouble', name)) as string | null,
  }
}

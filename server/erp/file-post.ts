import type { ErpConnector, Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import { documentBytes, documentLines } from './file-document.ts'
import type { OutFormat } from './file-document.ts'
import { MAX_BYTES } from './file-inbox.ts'
import { folderCall } from './folder.ts'
import type { FileState, Folder } from './folder.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'
import { isoOf } from '../../shared/time.ts'

/** `written`: a document counts when it lies in `out/`. `taken`: not before the ERP has moved it to `out/taken/`. */
export type Confirm = 'written' | 'taken'
const KEY = /^[\w-]{1,80}$/
const MAX_REASON = 300

/** Made of the key alone, so that a repeat is the same file. */
export const nameOf = (op: Pick<OutboundOp, 'key' | 'type'>): string => {
  if (!KEY.test(op.key)) throw new ErpError('config', 'the key of the message cannot name a file')
  return `${op.type}-${op.key}.csv`
}

/**
 * Nothing is seen before `post` renames the whole file into `out/`; where it lies afterwards says what became of it.
 *
 *   out/.x.part ──post──► out/x ──the ERP──► out/taken/x
 *                                    └─────► out/refused/x, with x.reason.txt
 */
export const fileWriting = (
  folder: Folder,
  { format, confirm }: { format: OutFormat; confirm: Confirm },
): Pick<ErpConnector, 'prepare' | 'post' | 'find'> => {
  const places = async (name: string): Promise<Record<'out' | 'taken' | 'refused', FileState | null>> => {
    const [out = null, taken = null, refused = null] = await folderCall('read', `look for ${name}`, () =>
      folder.state([`out/${name}`, `out/taken/${name}`, `out/refused/${name}`]),
    )
    return { out, taken, refused }
  }
  const posted = async (path: string, ref: RemoteRef, { writtenMs }: FileState): Promise<Found> => {
    const bytes = await folderCall('read', `read ${path}`, () => folder.read(path, MAX_BYTES))
    return { state: 'posted', ref, at: isoOf(writtenMs), lines: documentLines(bytes, format), documents: [] }
  }
  const reasonOf = async (name: string): Promise<string> => {
    const path = `out/refused/${name}.reason.txt`
    const [state = null] = await folderCall('read', `look for ${path}`, () => folder.state([path]))
    if (state === null) return 'no reason was given'
    const bytes = await folderCall('read', `read ${path}`, () => folder.read(path, MAX_BYTES))
    return new TextDecoder().decode(bytes).trim().slice(0, MAX_REASON)
  }
  return {
    prepare: async op => {
      documentBytes(op, format)
      return { kind: 'file', id: nameOf(op), number: nameOf(op) }
    },
    post: async op => {
      const name = nameOf(op)
      const { out, taken, refused } = await places(name)
      if (out !== null || taken !== null || refused !== null) return
      const part = `out/.${name}.part`
      await folderCall('read', `write ${part}`, () => folder.write(part, documentBytes(op, format)))
      await folderCall('move', `write out/${name}`, () => folder.move(part, `out/${name}`))
    },
    find: async op => {
      const name = nameOf(op)
      const ref: RemoteRef = { kind: 'file', id: name, number: name }
      const { out, taken, refused } = await places(name)
      if (taken !== null) return posted(`out/taken/${name}`, ref, taken)
      if (out !== null) return confirm === 'taken' ? { state: 'draft', ref } : posted(`out/${name}`, ref, out)
      if (refused === null) return { state: 'absent' }
      if (confirm === 'written') return { state: 'cancelled', ref }
      throw new ErpError('rejected', `the ERP has refused ${name}: ${await reasonOf(name)}`)
    },
  }
}

import * as v from 'valibot'
import type { ErpCaps, ErpConnector, Problem } from './connector.ts'
import { ENCODINGS, OUT_ENCODINGS } from './file-csv.ts'
import { makeInbox } from './file-inbox.ts'
import { filePulling } from './file-pull.ts'
import { fileWriting } from './file-post.ts'
import { fileStock } from './file-stock.ts'
import { DECIMALS } from './file-value.ts'
import { folderCall } from './folder.ts'
import type { Folder } from './folder.ts'
import { connectorKind, SERIALS } from './settings.ts'

type Settings = { confirm: 'written' | 'taken'; serials: (typeof SERIALS)[number]; statuses: boolean }
const capsOf = ({ confirm, serials, statuses }: Settings): ErpCaps => ({
  key: 'native',
  adjust: 'delta',
  locations: 'bins',
  lots: true,
  serials: true,
  ...(serials === 'named' ? { serialsInStock: true } : {}),
  expiry: true,
  partialReceipt: true,
  overReceipt: 'accepted',
  negativeStock: 'accepted',
  blindReceipt: true,
  tracking: true,
  packages: true,
  carrierLabels: false,
  pictures: false,
  webhooks: false,
  fractions: true,
  kinds: ['item', 'partner', 'location', 'purchaseOrder', 'salesOrder'],
  operations: [
    'receipt',
    'shipment',
    'adjustment',
    'transfer',
    'return',
    ...(statuses ? (['orderStatus'] as const) : []),
  ],
  // One at a time: the ERP takes the files in the order in which they came.
  concurrent: 1,
  perSecond: 100,
  settleMs: 5_000,
  takesLater: confirm === 'taken',
})

/** Relative, with `/`; never upwards. */
const folderName = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^[^/\\\0]+(\/[^/\\\0]+)*$/),
  v.check(text => text.split('/').every(part => part !== '.' && part !== '..'), 'must lie below the shared folder'),
)

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'The folder is not there.',
  EACCES: 'The server may not read, write and enter the folder.',
}

const troubles = async (folder: Folder): Promise<Problem[]> => {
  const problems: Problem[] = []
  for (const name of ['in', 'out']) {
    const code = await folderCall('read', `look at ${name}`, () => folder.trouble(name))
    if (code === null) continue
    problems.push({ kind: code === 'ENOENT' ? 'setting' : 'right', subject: name, words: WORDS[code] ?? code })
  }
  return problems
}

/** Files in a shared folder, for ERPs that can do nothing else: docs/erp-file.md. */
export const file = connectorKind({
  name: 'file',
  title: 'Files (CSV)',
  settings: v.object({
    folder: folderName,
    encoding: v.optional(v.picklist(ENCODINGS), 'auto'),
    separator: v.optional(v.picklist(['auto', 'comma', 'semicolon', 'tab']), 'auto'),
    decimal: v.optional(v.picklist(DECIMALS), 'auto'),
    /** Our name of a column ("sku", "items.sku") → the ERP's. */
    columns: v.optional(
      v.pipe(
        v.record(v.pipe(v.string(), v.maxLength(60)), v.pipe(v.string(), v.maxLength(100))),
        v.check(all => Object.keys(all).length <= 200),
      ),
      {},
    ),
    checksums: v.optional(v.picklist(['optional', 'required']), 'optional'),
    confirm: v.optional(v.picklist(['written', 'taken']), 'written'),
    serials: v.optional(v.picklist(SERIALS), 'counted'),
    statuses: v.optional(v.boolean(), false),
    outEncoding: v.optional(v.picklist(OUT_ENCODINGS), 'utf-8'),
    outSeparator: v.optional(v.picklist(['comma', 'semicolon', 'tab']), 'comma'),
    timeZone: v.optional(v.pipe(v.string(), v.maxLength(60)), 'Europe/Istanbul'),
  }),
  secrets: [],
  make: ({ id, settings, folder: open, now }): ErpConnector => {
    if (open === null) throw new Error('file: STOCKHAND_FILE_ROOT is not set')
    const folder = open(settings.folder)
    const inbox = makeInbox(folder, settings, now)
    const format = { encoding: settings.outEncoding, separator: settings.outSeparator }
    const { confirm } = settings
    return {
      id,
      caps: capsOf(settings),
      check: async () => {
        const problems = await troubles(folder)
        const about = { company: settings.folder, version: 'CSV 1', timeZone: settings.timeZone, expiresAt: null }
        return { ok: problems.length === 0, serverTime: now(), problems, ...about }
      },
      ...filePulling(inbox),
      ...fileWriting(folder, { format, confirm }),
      ...fileStock({ folder, inbox, format, confirm }),
    }
  },
})

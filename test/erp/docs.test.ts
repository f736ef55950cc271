import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as v from 'valibot'
import { toJsonSchema } from '@valibot/to-json-schema'
import { readCsv } from '../../server/erp/file-csv.ts'
import { IN_FILES, recordsOf } from '../../server/erp/file-records.ts'
import type { InFile } from '../../server/erp/file-records.ts'
import { OUT_COLUMNS } from '../../server/erp/file-document.ts'
import { readRecords } from '../../server/erp/inbound.ts'
import { CONNECTORS } from '../../server/erp/index.ts'
import { REST_PATHS, restRecord } from '../../server/erp/rest-records.ts'
import { restWriting } from '../../server/erp/rest-post.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { never } from './carry.ts'

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``, 'g'))].map(([, block = '']) => block)

it('[EF2] [EF4] the files that the manual shows are read without a flaw, and it names every file and column', () => {
  const text = page('erp-file')
  const shown = blocks(text, 'csv')
  const kinds = ['item', 'salesOrder'] as const satisfies InFile[]
  const found = kinds.map((kind, i) => {
    const table = readCsv(shown[i] ?? '', 'auto', 10)
    if ('problem' in table) throw new Error(table.problem)
    const { raw, flaws } = recordsOf(kind, table, { file: 'x', naming: new Map(), decimal: 'auto' })
    const read = readRecords(kind, raw)
    return { flaws: [...flaws, ...read.flaws], n: read.items.length }
  })
  expect(found).toEqual([
    { flaws: [], n: 2 },
    { flaws: [], n: 2 },
  ])
  const named = [...Object.values(IN_FILES).flatMap(({ name, columns }) => [name, ...columns]), ...OUT_COLUMNS]
  expect(named.filter(word => !new RegExp(`\\b${word}\\b`).test(text))).toEqual([])
})
it('[EH6] the records that the manual shows are read without a flaw, and it names every address', () => {
  const text = page('erp-rest')
  const [item, order] = blocks(text, 'json').map(block => JSON.parse(block) as unknown)
  for (const [kind, raw] of [
    ['item', item],
    ['salesOrder', order],
  ] as const)
    expect(readRecords(kind, [{ id: kind, record: restRecord(kind, raw) }])).toMatchObject({ items: [{}], flaws: [] })
  expect(Object.values(REST_PATHS).filter(path => !text.includes(`${path}\``) && !text.includes(`${path}?`))).toEqual(
    [],
  )
})
it('[EH5] the answer that the manual shows is a booked document', async () => {
  const shown = JSON.parse(blocks(page('erp-rest'), 'json')[3] ?? '') as unknown
  const unused = (): never => {
    throw new Error('not asked')
  }
  const found = await restWriting({
    get: unused,
    send: unused,
    forget: unused,
    look: async (_path, schema) => v.parse(schema, shown),
  }).find({ key: 'k' } as OutboundOp, null, never)
  expect(found).toMatchObject({ state: 'posted', documents: [{ kind: 'invoice' }], lines: [{ qty: { n: 24 } }] })
})
it('[ER21] the settings of every kind of ERP can be shown as a form', () => {
  for (const { name, settings } of Object.values(CONNECTORS))
    expect([name, toJsonSchema(settings, { errorMode: 'ignore', typeMode: 'input' }).type]).toEqual([name, 'object'])
})

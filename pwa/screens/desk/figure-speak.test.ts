import { beforeAll, describe, expect, test } from 'vitest'
import { TABLES } from '../../../shared/desk/kpi-tables.ts'
import { figuresOf } from '../../../shared/kpi/figures.ts'
import type { SumRow } from '../../../shared/kpi/day-rows.ts'
import { STEMS } from '../../../shared/kpi/names.ts'
import { UTC } from '../../../shared/time.ts'
import { cellOf, dayOf, meaningOf, nameOf, splitOf, valueOf } from './figure-speak.ts'
import { learnDesk } from './speak.ts'
import type { DeskSpeaker } from './speak.ts'

/** A row of every measure that has parts, so that every kind of figure comes out. */
const PARTS: readonly SumRow[] = [
  { measure: 'lines.done', split: 'pick', value: 0, n: 3 },
  { measure: 'backlog.orders', split: 'late', value: 0, n: 3 },
  { measure: 'transfer.settled', split: 'c|shipment|config', value: 0, n: 3 },
  { measure: 'transfer.failed', split: 'c|shipment|config', value: 0, n: 1 },
  { measure: 'exception.opened', split: 'short_pick', value: 0, n: 3 },
]

describe('figures in words', () => {
  let en: DeskSpeaker
  let tr: DeskSpeaker
  beforeAll(async () => {
    en = (await learnDesk('en'))(UTC)
    tr = (await learnDesk('tr'))(UTC)
  })

  test('[KP88] every figure has a name and a definition in both languages, and no word is of a figure that there is none of', () => {
    const names = [...new Set(figuresOf(PARTS).map(({ name }) => name))]
    for (const speaker of [en, tr])
      for (const name of names) {
        expect([name, nameOf(speaker, name)]).not.toEqual([name, name])
        expect(meaningOf(speaker, name).length).toBeGreaterThan(10)
      }
    const isShown = (stem: string): boolean => names.some(name => name === stem || name.startsWith(`${stem}.`))
    expect(STEMS.filter(stem => !isShown(stem))).toEqual([])
    expect(nameOf(en, 'order.toReady.p90')).toBe('Received to ready, 90 % within')
    expect(nameOf(tr, 'sync.up.offline.max')).toBe('El terminalinden sunucuya, bağlantısız, en uzunu')
    expect(nameOf(en, 'sync.up.p51')).toBe('sync.up.p51')
  })

  test('[KP88] a value that there is none of is a dash, never 0', () => {
    expect([valueOf(en, 'ppm', null), valueOf(en, 'ppm', 0)]).toEqual(['–', '0%'])
    expect([valueOf(en, 'ppm', 981_234), valueOf(tr, 'ppm', 981_234)]).toEqual(['98.12%', '%98,12'])
    const seconds = [0, 59, 60, 3599, 3600, 172_799, 172_800]
    expect(seconds.map(value => valueOf(en, 's', value))).toEqual([
      '0 s',
      '59 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 0 min',
      '47 h 59 min',
      '2 d 0 h',
    ])
    expect([valueOf(en, 'milli', 62_149), valueOf(tr, 'minor', -5145)]).toEqual(['62.1', '-51,45'])
  })

  test('[KP88] parts and cells are said in words where we have some, codes and days as they are', () => {
    const split = (name: string, part: string) => splitOf(en, { name, split: part }, [{ id: 'c', name: 'Odoo' }])
    expect(split('exceptions.opened', 'short_pick')).toBe('Short pick')
    expect(split('errors.failed.connector', 'c')).toBe('Odoo')
    expect(split('errors.failed.connector', 'gone')).toBe('gone')
    expect(split('order.backlog', 'late')).toBe('late')
    expect(split('adjustments.net', 'MISSING|A')).toBe('Missing · A')
    expect(split('errors.failed', '')).toBe('')
    const columns = new Map(TABLES.exceptions.map(column => [column.key, column]))
    expect(cellOf(tr, columns.get('age') ?? { key: '', kind: 'text' }, 75)).toBe('1 dk 15 sn')
    expect(cellOf(en, { key: 'item', kind: 'code' }, '007')).toBe('007')
    expect(cellOf(en, { key: 'lot', kind: 'code' }, null)).toBe('–')
    expect(dayOf(en, '2026-11-20')).toBe('Nov 20, 2026')
  })
})

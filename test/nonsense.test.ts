import { describe, expect, it } from 'vitest'
import { NO_LPN } from '../shared/ids.ts'
import { PROCESSES } from '../shared/process/index.ts'
import type { Next, Process } from '../shared/process/process.ts'
import { codeKey } from '../shared/scan/code-key.ts'
import { keysOf, resolve } from '../shared/scan/resolve.ts'
import type { CodeHit, CodeLookup, Resolved } from '../shared/scan/scan.ts'
import { scanOf } from '../shared/scan/symbology.ts'
import { boss, walk, walked } from './support/process-walk.ts'
import type { Here } from './support/process-walk.ts'
import { a3, allRows, drill, milk, mug, one, theirMug, TODAY } from './support/world.ts'
import type { World } from '../shared/ledger/world.ts'

const item = (of: typeof mug): CodeHit => ({ kind: 'item', client: of.client, item: of.id, packaging: null, quantity: 1 })
const [MILK, DRILL, THEIRS, NOBODYS] = ['08690000000012', '08690000000029', '08690000000036', '08690000000043']
const CODES = new Map<string, readonly CodeHit[]>([
  ['A-03', [{ kind: 'location', location: a3.id }]],
  [codeKey(MILK), [item(milk)]],
  [codeKey(DRILL), [item(drill)]],
  [codeKey(THEIRS), [item(theirMug)]],
])
const lookup: CodeLookup = { find: key => CODES.get(key) ?? [] }
const GS = '\u001d'

const NONSENSE: Readonly<Record<string, string>> = {
  'a place': 'A-03',
  'the label of a foreign client': `]C101${THEIRS}`,
  'an expired lot': `]C101${MILK}17260101${'10OLD'}`,
  'a serial': `]C101${DRILL}21S1`,
  'a message of 200 characters about nothing here': `]C101${NOBODYS}${'10ABCDEFGHIJKLMNOPQRST'}${GS}${'21ABCDEFGHIJKLMNOPQRST'}${GS}240${'X'.repeat(30)}${GS}241${'Y'.repeat(30)}${GS}91${'Z'.repeat(70)}`,
  'a lot of 180 characters': `]C101${MILK}10${'L'.repeat(180)}`,
  'half a message, cut in its number': `]C101${MILK.slice(0, 7)}`,
  'half a message, cut in its day': `]C101${MILK}1727`,
  'half a message, cut before its lot': `]C101${MILK}10`,
}
const nobody = { ...boss, clients: [one.id] }

const read = (anna: Here, raw: string): Resolved => {
  const scan = scanOf(raw, 'wedge', 0)
  const prompt = anna.prompt()
  keysOf(scan, TODAY)
  return resolve(scan, prompt.expects, lookup, {
    today: TODAY,
    client: prompt.client as typeof one.id | null,
    gsSeen: true,
    measureRules: [],
    upperCase: false,
  })
}
const seen = new Map<string, number>()
for (const process of PROCESSES) {
  for (const stop of walk(process)) {
    for (const [name, raw] of Object.entries(NONSENSE)) {
      const { anna } = walked(process, stop, nobody)
      if (anna.state().at !== stop.at) { seen.set(`${process.name} unreachable`, 1); continue }
      const before = JSON.stringify(anna.state())
      const resolved = read(anna, raw)
      const { next } = anna.peek({ kind: 'scan', resolved })
      const key = [process.name, stop.at, name, resolved.wanted ? 'w' : '-', resolved.problem, next.verdict, next.message.key, next.commands.map(c=>c.type).join('+'), JSON.stringify(next.state)===before ? 'same' : 'CHANGED'].join(' | ')
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
  }
}
import { writeFileSync } from 'node:fs'
writeFileSync('/tmp/nonsense.txt', [...seen].map(([k, n]) => `${k} | ${n}`).sort().join('\n'))
it('x', () => undefined)

import { describe, expect, it } from 'vitest'
import { NO_LPN } from '../ids.ts'
import { COMMAND_CODES } from '../scan/command-code.ts'
import { makeLabel } from '../scan/own-label.ts'
import {
  a1,
  a2,
  a3,
  allRows,
  demoSeed,
  demoWorld,
  device,
  dock,
  documentId,
  drill,
  juice,
  milk,
  mug,
  orderOf,
  receiptOf,
  row,
  scanned,
  scanOf,
  taskId,
  theirMug,
  tote1,
  tote2,
  vial,
  virtual,
  wants,
  warehouse,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import { PROCESSES } from './index.ts'
import { lpnId } from './lpn.ts'
import { MESSAGES } from './message.ts'
import type { Input, Process, Start } from './process.ts'

/**
 * Every state × every kind of input of every process in the registry: no pair is undefined. States are reached by walking:
 * from each start every input is tried, and what it leads to is walked on, a few examples for each value of `at`.
 */
const PALLET = makeLabel('XP', '0042')
const NEW_PALLET = makeLabel('XP', '0099')
const half = `01${'0'.repeat(14)}10`

const world = () =>
  demoWorld({
    policy: { task: { confirmReason: ['putaway', 'fefo'] } },
    stock: [...demoSeed().stock, row(mug, dock, 6, { lpn: lpnId(warehouse, PALLET) }), row(mug, dock, 4)],
    documents: [
      ...demoSeed().documents,
      receiptOf('PO-2', [wants(milk, 5), wants(vial, 2)]),
      receiptOf('PO-3', [wants(drill, 2)]),
      drillOrder,
    ],
  })

const drillOrder = orderOf('SO-3', [wants(drill, 1, [row(drill, a3, 1, { serial: 'S2' }), 1])], { tote: tote2.id })

const scans = [
  ...[a1, a2, a3, dock, tote1, tote2, virtual('customer')].map(scanOf.place),
  ...[mug, milk, drill, vial, juice, theirMug].map(item => scanOf.item(item)),
  scanOf.pack(mug, 'case', 12),
  scanOf.item(milk, { lot: 'L1' }),
  scanOf.item(milk, { lot: 'L2', expiry: '2027-03-31' }),
  scanOf.item(vial, { lot: 'V1', expiry: '2027-01-01', serial: 'S-1' }),
  scanOf.document('PO-1'),
  scanOf.document('SO-1'),
  scanOf.task('SO-1'),
  ...['L1', 'L2', 'S1', 'NEW', PALLET, NEW_PALLET, half, 'x'.repeat(200)].map(text => scanned(text)),
  { ...scanned('half a label'), problem: 'separatorLost' as const },
]
const INPUTS: readonly Input[] = [
  ...scans.map(resolved => ({ kind: 'scan' as const, resolved })),
  ...[0, 1, 2, 3, 5, 1_000_000].map(value => ({ kind: 'number' as const, value })),
  ...['', 'L1', 'NEW', '2027-03-31', 'x'.repeat(200)].map(value => ({ kind: 'text' as const, value })),
  ...[...COMMAND_CODES].filter(code => !/^XC[QR]/.test(code)).map(command => ({ kind: 'key' as const, command })),
  ...[1, 3, 9].map(n => ({ kind: 'choice' as const, n })),
  { kind: 'photo', sha: 'a'.repeat(64) },
]
const STARTS: readonly Start[] = [
  { nothing: true },
  { blind: true },
  { document: documentId('PO-1') },
  { document: documentId('PO-2') },
  { document: documentId('PO-3') },
  { document: documentId('SO-1') },
  { task: taskId('SO-1') },
  { task: taskId('SO-3') },
  { location: a1.id },
  { item: mug.id },
  { lpn: NO_LPN },
]
const boss = { ...worker, roles: ['supervisor' as const] }
/** Examples that are walked on for each value of `at`. */
const EXAMPLES = 5
const LONGEST = 7

type Path = { start: Start; inputs: readonly Input[] }

/** The worker at the end of a path, in a world of their own. */
const walked = (process: Process, { start, inputs }: Path) => {
  const there = world()
  const anna = workerAt(process, there, start, device, boss)
  for (const input of inputs) anna.input(input)
  return { there, anna }
}

const walk = (process: Process) => {
  const seen = new Map<string, Set<string>>()
  const reached = new Set<string>()
  const pairs = new Set<string>()
  const queue: Path[] = STARTS.map(start => ({ start, inputs: [] }))
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const at = walked(process, path).anna.state()
    // A state with an open question is walked on as one of its own: what answers it leads further.
    const name = at.confirm === null ? at.at : `${at.at} ${at.confirm.question.key}`
    const examples = seen.get(name) ?? new Set<string>()
    const shape = JSON.stringify({ ...at, confirm: at.confirm?.question.key ?? null })
    if (examples.has(shape) || examples.size >= EXAMPLES || path.inputs.length > LONGEST) continue
    seen.set(name, examples.add(shape))
    reached.add(at.at)
    for (const input of INPUTS) {
      tried(process, path, input)
      pairs.add(`${at.at} ${input.kind}`)
      queue.push({ start: path.start, inputs: [...path.inputs, input] })
    }
  }
  return { reached, pairs }
}

const tried = (process: Process, path: Path, input: Input): void => {
  const { there, anna } = walked(process, path)
  const before = JSON.stringify([anna.state(), allRows(there)])
  const next = anna.input(input)
  expect(MESSAGES).toContain(next.message.key)
  expect(JSON.parse(JSON.stringify(next.state))).toEqual(next.state)
  expect(process.states).toContain(next.state.at)
  const prompt = anna.prompt()
  expect(MESSAGES).toContain(prompt.ask.message.key)
  if (['wrong', 'unknown', 'dup'].includes(next.verdict) && next.commands.length === 0)
    expect(JSON.stringify([anna.state(), allRows(there)])).toBe(before)
  for (const judged of anna.judged) expect(judged.outcome).not.toBe('quarantined')
}

describe.each(PROCESSES.map(process => [process.name, process] as const))('%s', (_, process) => {
  const { reached, pairs } = walk(process)
  it('[L25] every state is reached', () => {
    expect([...reached].sort()).toEqual([...process.states].sort())
  })
  it('[L25] every state answers every kind of input', () => {
    const kinds = new Set(INPUTS.map(input => input.kind))
    expect(pairs.size).toBe(process.states.length * kinds.size)
  })
})

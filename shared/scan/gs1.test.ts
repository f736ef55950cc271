import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseDigitalLink, writeDigitalLink } from './digital-link.ts'
import { parseBracketed, parseElements, relations, writeElements } from './gs1.ts'
import type { Parsed, Relation } from './gs1.ts'
import { allAis } from './gs1-ai.ts'
import { knownLinter } from './gs1-lint.ts'
import { parseScanData } from './scan-data.ts'

type Vector = {
  id: string
  kind: string
  ok: boolean
  input: string
  expect?: string
  symbology?: string
  extracted?: string
  rule?: string
  stem?: string | null
  opts?: string[]
}

const file = new URL('../../../shared/gs1/vectors-dev.json', import.meta.url)
const there = existsSync(file)
const vectors: readonly Vector[] = there
  ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors
  : []
const today = '2026-11-23'

const RULES: Readonly<Record<string, Relation>> = {
  validateAIrepeats: 'repeats',
  validateAImutex: 'excludes',
  validateAIrequisites: 'requires',
  validateDigSigRequiresSerialisedKey: 'signature',
}
const text = (parsed: Parsed): string | null => (parsed.ok ? writeElements(parsed.elements) : null)

const answer = (v: Vector): { ok: boolean; text: string | null } => {
  const options = { today, ...Object.fromEntries((v.opts ?? []).map(name => [name, true])) }
  switch (v.kind) {
    case 'parseAIdata':
      return of(parseBracketed(v.input, options))
    case 'processAIdata':
      return { ok: parseElements(v.input, options).ok, text: null }
    case 'parseDLuri':
      return of(parseDigitalLink(v.input, options))
    case 'processScanData': {
      const data = parseScanData(v.input.slice(0, 3), v.input.slice(3), options)
      return { ok: data.ok, text: data.ok ? data.text : null }
    }
    case 'validateAIs': {
      const parsed = parseBracketed(v.input, options)
      return { ok: parsed.ok && !relations(parsed.elements).includes(RULES[v.rule ?? ''] ?? 'repeats'), text: null }
    }
    case 'generateDLuri': {
      const parsed = parseBracketed(v.input, options)
      const link = parsed.ok ? writeDigitalLink(parsed.elements, v.stem ?? null) : null
      return { ok: link !== null, text: link }
    }
    default:
      throw new Error(`unknown kind ${v.kind}`)
  }
}
const of = (parsed: Parsed): { ok: boolean; text: string | null } => ({ ok: parsed.ok, text: text(parsed) })

describe('GS1 data, held to the vectors of GS1 itself', () => {
  it.skipIf(there)('[G1] skipped: the vectors lie outside the project and are absent here', () => {})

  it.each(vectors.map(v => [`${v.kind} ${v.ok ? 'accepts' : 'refuses'} ${v.input}`, v] as const))('[G1] %s', (_, v) => {
    const got = answer(v)
    expect(got.ok).toBe(v.ok)
    if (v.ok && v.expect !== undefined && got.text !== null) expect(got.text).toBe(v.expect)
  })

  it('[G2] every check that the table names is known', () => {
    const names = [...allAis()].flatMap(ai => ai.components.flatMap(component => component.linters))
    expect(names.length).toBeGreaterThan(80)
    expect(names.filter(name => !knownLinter(name))).toEqual([])
  })

  const dictionary = new URL('../../../shared/gs1/gs1-syntax-dictionary.txt', import.meta.url)
  it.skipIf(!existsSync(dictionary))('[G2] the committed table is what the dictionary says', async () => {
    const { fileOf, tableOf } = (await import('../../bin/gs1-table.mjs')) as {
      fileOf: (table: string) => string
      tableOf: (dictionary: string) => string
    }
    expect(readFileSync(new URL('./gs1-table.ts', import.meta.url), 'utf8')).toBe(
      fileOf(tableOf(readFileSync(dictionary, 'utf8'))),
    )
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ROOMS = ['shared', 'pwa', 'server', 'test']

/** Where titles stand: tests, what they share, and the suites that several of them run. */
const isTest = (file: string): boolean =>
  file.startsWith(`test${path.sep}`) || /(?:\.test\.tsx?|contract\.ts)$/.test(file)

const filesUnder = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return filesUnder(file)
    return /\.tsx?$/.test(entry.name) && isTest(file) ? [file] : []
  })

/** The rules in the order of SPEC.md. */
export const rulesIn = (spec: string): string[] =>
  [...spec.matchAll(/^- \*\*([A-Z]+\d+)\*\* /gm)].map(([, rule = '']) => rule)

/** A title is a text that begins with its rules in brackets; a suite that several run is given its rule by name. */
export const citedIn = (code: string): string[] =>
  [...code.matchAll(/['"`]((?:\[[A-Z]+\d+\]\s*)+)|rule: '([A-Z]+\d+)'/g)].flatMap(([, rules = '', rule]) =>
    rule === undefined ? [...rules.matchAll(/\[([A-Z]+\d+)\]/g)].map(([, one = '']) => one) : [rule],
  )

describe('the house', () => {
  const rules = rulesIn(readFileSync(path.join(ROOT, 'SPEC.md'), 'utf8'))
  const cited = new Map<string, string>()
  for (const file of ROOMS.flatMap(filesUnder))
    for (const rule of citedIn(readFileSync(path.join(ROOT, file), 'utf8'))) cited.set(rule, file)

  it('[HO1] every rule of SPEC.md is cited by the title of a test', () => {
    expect(rules.length).toBeGreaterThan(300)
    expect(rules.filter(rule => !cited.has(rule))).toEqual([])
  })
  it('[HO1] every rule that a title cites is in SPEC.md, and no number is given twice', () => {
    expect([...cited].filter(([rule]) => !rules.includes(rule))).toEqual([])
    expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).toEqual([])
  })
  it('[HO1] a missing rule, an unknown one and one that is only mentioned are told apart', () => {
    expect(rulesIn('- **L1** One.\n- **L2** Two, see **L9**.\ntext **L3** text')).toEqual(['L1', 'L2'])
    expect(citedIn("it('[L1] [L2] a pick', () => {}) // [L3]\nconst text = 'see [L4]'\ntest(`[EO1] x`)")).toEqual([
      'L1',
      'L2',
      'EO1',
    ])
  })
})

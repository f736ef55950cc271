import { GS1_TABLE } from './gs1-table.ts'

export type Component = {
  type: 'N' | 'X' | 'Y' | 'Z'
  min: number
  max: number
  optional: boolean
  linters: readonly string[]
}
export type Ai = {
  ai: string
  /** Predefined length: no FNC1 needed after the value. */
  fixed: boolean
  /** Allowed as a query attribute of a Digital Link. */
  attribute: boolean
  components: readonly Component[]
  requires: readonly string[]
  excludes: readonly string[]
  /** Qualifier sequences when the AI is a primary key of a Digital Link, else null. */
  key: readonly (readonly string[])[] | null
}

const componentOf = (text: string): Component => {
  const optional = text.startsWith('[')
  const [shape = '', ...linters] = text.replaceAll(/[[\]]/g, '').split(',')
  const max = Number(/\d+$/.exec(shape)?.[0] ?? 0)
  return { type: shape[0] as Component['type'], min: shape.includes('..') ? 1 : max, max, optional, linters }
}

const range = (text: string): string[] => {
  const [from = '', to = from] = text.split('-')
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) =>
    String(Number(from) + i).padStart(from.length, '0'),
  )
}

const parseLine = (line: string): Ai[] => {
  const [ais = '', flags = '', components = '', attributes = ''] = line.split('|')
  const words = attributes.split(' ')
  const values = (name: string): string[] =>
    words.filter(word => word.startsWith(`${name}=`)).map(word => word.slice(name.length + 1))
  const key = words.find(word => word === 'dlpkey' || word.startsWith('dlpkey='))
  return range(ais).map(ai => ({
    ai,
    fixed: flags.includes('*'),
    attribute: flags.includes('?'),
    components: components.split(' ').map(componentOf),
    requires: values('req'),
    excludes: values('ex').flatMap(list => list.split(',')),
    key: key === undefined ? null : (key.split('=')[1] ?? '').split('/').map(list => list.split(',').filter(Boolean)),
  }))
}

const TABLE: ReadonlyMap<string, Ai> = new Map(
  GS1_TABLE.split('\n')
    .flatMap(parseLine)
    .map(ai => [ai.ai, ai]),
)
/** All AIs with the same first two digits have one length. */
const LENGTHS: ReadonlyMap<string, number> = new Map([...TABLE.keys()].map(ai => [ai.slice(0, 2), ai.length]))

export const aiNamed = (ai: string): Ai | undefined => TABLE.get(ai)
export const allAis = (): Iterable<Ai> => TABLE.values()
/** How many digits an AI that begins with these two has, or undefined when none does. */
export const aiLength = (start: string): number | undefined => LENGTHS.get(start)

/** An AI outside the table that the caller allows: its length must fit its first two digits, and no known AI may be part of it. */
export const unknownAi = (ai: string): Ai | undefined => {
  if (!/^\d{2,4}$/.test(ai) || (LENGTHS.get(ai.slice(0, 2)) ?? ai.length) !== ai.length) return undefined
  for (const known of TABLE.keys()) if (known.startsWith(ai) || ai.startsWith(known)) return undefined
  const predefined = /^3[1-6]/.test(ai) ? 6 : ai.startsWith('41') ? 13 : null
  const component: Component =
    predefined === null
      ? { type: 'X', min: 1, max: 90, optional: false, linters: [] }
      : { type: 'N', min: predefined, max: predefined, optional: false, linters: [] }
  return {
    ai,
    fixed: predefined !== null,
    attribute: false,
    components: [component],
    requires: [],
    excludes: [],
    key: null,
  }
}

/** `n` in a pattern of the dictionary stands for any digit. */
export const matchesPattern = (pattern: string, ai: string): boolean =>
  pattern.length === ai.length && [...pattern].every((c, i) => c === 'n' || c === ai[i])

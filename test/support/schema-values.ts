import * as v from 'valibot'

type Schema = v.GenericSchema & {
  type: string
  entries?: Record<string, Schema>
  options?: readonly unknown[]
  item?: Schema
  items?: readonly Schema[]
  wrapped?: Schema
  pipe?: readonly Schema[]
  literal?: unknown
  value?: Schema
}
/** Texts that a field of some shape may want besides those under test. */
const SHAPES = [
  '2026-11-23T08:00:00.000Z',
  'x',
  'a-name',
  'a long enough word',
  'A'.repeat(86),
  '0'.repeat(16),
  '0'.repeat(64),
]

/**
 * A value that a schema takes, with `texts` wherever it takes one of them: for tests that put something into every field
 * of every route. `turn` chooses among the options of a field that has several.
 */
export const valueOf = (schema: v.GenericSchema, texts: readonly string[], turn: number): unknown => {
  const one = schema as Schema
  const inner = (child: Schema): unknown => valueOf(child, texts, turn)
  const fitting = (candidates: readonly unknown[]): unknown => candidates.find(value => v.is(schema, value))
  switch (one.type) {
    case 'object':
    case 'loose_object':
    case 'strict_object':
      return Object.fromEntries(Object.entries(one.entries ?? {}).map(([key, child]) => [key, inner(child)]))
    case 'string':
      return fitting([...texts, ...SHAPES])
    case 'number':
      return fitting([1, 0, turn, 100])
    case 'boolean':
      return turn % 2 === 0
    case 'picklist':
    case 'enum':
      return one.options?.[turn % one.options.length]
    case 'literal':
      return one.literal
    case 'array':
      return one.item === undefined ? [] : [inner(one.item)]
    case 'nullable':
    case 'optional':
    case 'nullish':
      return one.wrapped === undefined ? null : inner(one.wrapped)
    case 'variant':
    case 'union': {
      const options = (one.options ?? []) as readonly Schema[]
      const chosen = options[turn % Math.max(1, options.length)]
      return chosen === undefined ? null : inner(chosen)
    }
    case 'record':
      return {}
    default:
      return fitting([texts[0], null, {}])
  }
}

/** Of a query or an object: its fields. */
export const fieldsOf = (schema: v.GenericSchema | null | undefined): readonly string[] =>
  Object.keys((schema as Schema | null | undefined)?.entries ?? {})

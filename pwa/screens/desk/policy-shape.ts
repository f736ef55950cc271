/** What a form needs to know of a schema, whichever library's object it is. */
export type Shape =
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'yesNo' }
  | { kind: 'number' }
  | { kind: 'text' }
  | { kind: 'maybe'; of: Shape; missing: null | undefined }
  | { kind: 'choices'; options: readonly string[] }
  | { kind: 'texts' }
  | { kind: 'rows'; of: Shape }
  | { kind: 'group'; fields: readonly (readonly [string, Shape])[] }

type Schema = {
  type: string
  entries?: Readonly<Record<string, unknown>>
  options?: readonly unknown[]
  wrapped?: unknown
  item?: unknown
}

/** The shape of a valibot schema of the kinds that policies are made of; any other is a mistake of ours. */
export const shapeOf = (given: unknown): Shape => {
  const schema = given as Schema
  switch (schema.type) {
    case 'picklist':
      return { kind: 'choice', options: (schema.options ?? []).map(String) }
    case 'boolean':
      return { kind: 'yesNo' }
    case 'number':
      return { kind: 'number' }
    case 'string':
      return { kind: 'text' }
    case 'nullable':
      return { kind: 'maybe', of: shapeOf(schema.wrapped), missing: null }
    case 'optional':
      return { kind: 'maybe', of: shapeOf(schema.wrapped), missing: undefined }
    // The first way is the present one; the others are from before.
    case 'union':
      return shapeOf(schema.options?.[0])
    case 'array': {
      const of = shapeOf(schema.item)
      if (of.kind === 'choice') return { kind: 'choices', options: of.options }
      return of.kind === 'text' ? { kind: 'texts' } : { kind: 'rows', of }
    }
    case 'object':
      return { kind: 'group', fields: Object.entries(schema.entries ?? {}).map(([key, one]) => [key, shapeOf(one)]) }
    default:
      throw new Error(`no form for ${schema.type}`)
  }
}

/** What a new row begins with. */
export const blankOf = (shape: Shape): unknown => {
  switch (shape.kind) {
    case 'choice':
      return shape.options[0] ?? ''
    case 'yesNo':
      return false
    case 'number':
      return 1
    case 'text':
      return ''
    case 'maybe':
      return shape.missing
    case 'choices':
    case 'texts':
    case 'rows':
      return []
    case 'group':
      return Object.fromEntries(shape.fields.map(([key, one]) => [key, blankOf(one)]))
  }
}

import * as v from 'valibot'

/** What the desk reads of connections when it makes and checks them. */
const record = v.record(v.string(), v.unknown())
export const kindsShape = v.object({
  kinds: v.array(
    v.object({
      name: v.string(),
      title: v.string(),
      /** JSON Schema. */
      settings: record,
      secrets: v.array(v.object({ name: v.string(), title: v.string(), optional: v.boolean() })),
    }),
  ),
})
export type Kind = v.InferOutput<typeof kindsShape>['kinds'][number]

export const MODES = ['off', 'readOnly', 'shadow', 'live'] as const
export type Mode = (typeof MODES)[number]

export const connectionShape = v.object({
  id: v.string(),
  name: v.string(),
  kind: v.string(),
  settings: record,
  secrets: v.record(v.string(), v.nullable(v.string())),
  mode: v.picklist(MODES),
  version: v.number(),
  allow: v.record(v.string(), v.string()),
  takes: v.object({ types: v.optional(v.array(v.string())), clients: v.optional(v.array(v.string())) }),
  health: v.nullable(
    v.looseObject({
      ok: v.boolean(),
      version: v.optional(v.nullable(v.string())),
      problems: v.optional(v.array(v.looseObject({ subject: v.string(), words: v.string() })), []),
    }),
  ),
  healthAt: v.nullable(v.string()),
})
export const connectionListShape = v.object({ connections: v.array(connectionShape) })
export type StoredConnection = v.InferOutput<typeof connectionShape>

export const checkedShape = v.looseObject({
  ok: v.optional(v.boolean()),
  words: v.optional(v.string()),
  problems: v.optional(v.array(v.looseObject({ subject: v.string(), words: v.string() })), []),
})

const counts = v.record(v.string(), v.number())
const gaps = v.array(v.object({ gap: v.string(), waiting: v.number() }))
export const rehearsalShape = v.object({
  ready: v.boolean(),
  prepared: counts,
  gaps,
  stopped: v.array(v.looseObject({ key: v.string(), type: v.string() })),
  differences: counts,
})

export const MAPPING_KINDS = ['client', 'location', 'reason', 'carrier', 'unit', 'partner', 'documentType'] as const
export const mappingsShape = v.object({
  mappings: v.array(v.object({ kind: v.picklist(MAPPING_KINDS), ours: v.string(), theirs: v.string() })),
  gaps,
})
export type MappingRow = v.InferOutput<typeof mappingsShape>['mappings'][number]

export const flawsShape = v.object({
  flaws: v.array(
    v.looseObject({
      kind: v.string(),
      remote: v.string(),
      name: v.string(),
      field: v.optional(v.string(), ''),
      problem: v.string(),
      value: v.optional(v.string(), ''),
      effect: v.optional(v.string(), ''),
    }),
  ),
  next: v.nullable(v.string()),
})

/** A setting as a form has it. */
export type Setting = {
  name: string
  kind: 'text' | 'choice' | 'yesNo' | 'number' | 'json'
  options: readonly string[]
  required: boolean
}

const propertyShape = v.looseObject({
  type: v.optional(v.unknown()),
  enum: v.optional(v.array(v.unknown())),
})

/** The settings of a kind, from its JSON Schema; what no field can hold is typed as JSON. */
export const settingsOf = (schema: Kind['settings']): readonly Setting[] => {
  const read = v.safeParse(
    v.looseObject({
      properties: v.optional(v.record(v.string(), propertyShape), {}),
      required: v.optional(v.array(v.string()), []),
    }),
    schema,
  )
  if (!read.success) return []
  const { properties, required } = read.output
  return Object.entries(properties).map(([name, { type, enum: options }]) => ({
    name,
    kind:
      options !== undefined
        ? 'choice'
        : type === 'boolean'
          ? 'yesNo'
          : type === 'number' || type === 'integer'
            ? 'number'
            : type === 'string'
              ? 'text'
              : 'json',
    options: (options ?? []).map(String),
    required: required.includes(name),
  }))
}

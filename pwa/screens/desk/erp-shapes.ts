import * as v from 'valibot'

/** What the desk reads of the answers about connections; the rest of them is for other readers. */
const nullable = v.nullable(v.string())
export const connectionsShape = v.object({
  connections: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      kind: v.string(),
      mode: v.string(),
      circuit: v.looseObject({ state: v.string(), words: v.optional(v.string()) }),
      healthAt: nullable,
      messages: v.record(v.string(), v.number()),
      held: v.nullable(
        v.object({
          since: v.string(),
          why: v.picklist(['restored', 'lineage', 'lost', 'handheld']),
          missing: v.array(v.string()),
        }),
      ),
      drifts: v.number(),
    }),
  ),
})
export type Connection = v.InferOutput<typeof connectionsShape>['connections'][number]

export const messagesShape = v.object({
  messages: v.array(
    v.object({
      key: v.string(),
      subject: v.string(),
      type: v.string(),
      state: v.string(),
      errorClass: nullable,
      attempts: v.number(),
      question: nullable,
      gap: nullable,
      ask: v.nullable(
        v.object({
          id: v.string(),
          text: v.string(),
          answers: v.array(v.object({ id: v.string(), text: v.string() })),
        }),
      ),
      createdAt: v.string(),
    }),
  ),
  next: nullable,
})
export type Message = v.InferOutput<typeof messagesShape>['messages'][number]

export const driftsShape = v.object({
  drifts: v.array(
    v.object({
      item: v.string(),
      location: v.string(),
      lot: v.string(),
      theirs: v.number(),
      ours: v.number(),
      drift: v.number(),
      class: v.string(),
      proposal: v.string(),
      causes: v.array(v.object({ class: v.string(), proposal: v.string(), n: v.number() })),
      itemId: nullable,
      run: v.string(),
      lastAt: v.string(),
    }),
  ),
})
export type Drift = v.InferOutput<typeof driftsShape>['drifts'][number]
/** Done; or in words why not. */
export const actedShape = v.object({ done: v.optional(v.boolean()), words: v.optional(v.string()) })
export const settledShape = v.object({ settled: v.number() })

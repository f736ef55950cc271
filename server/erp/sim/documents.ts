import { numberOf } from '../effect.ts'
import type { SimBooks } from './books.ts'
import type { PostOptions } from './erp.ts'
import type { Profile } from './profile.ts'
import { known, SimQuestion, SimRefusal } from './refusal.ts'
import type { SimDocument, SimDraft, SimItem, SimOrder, SimState } from './state.ts'

const NO_OPTIONS: PostOptions = { backorder: null, accept: [] }

export type DocumentDeps = {
  state: SimState
  now: () => string
  profile: Profile
  books: SimBooks
  item: (id: string) => SimItem
  order: (id: string) => SimOrder
  deliver: (of: SimDocument, backorder: boolean) => void
}

/** Documents of the sim: a draft has no effect on stock, posting has it once. What the answers are worth is another matter. */
export const makeDocuments = (deps: DocumentDeps) => {
  const { state, profile, books } = deps
  const byKey = new Map<string, string[]>()
  const byNumber = new Map<string, string>()
  const remember = ({ key, id, number }: SimDocument): void => {
    if (key !== '') byKey.set(key, [...(byKey.get(key) ?? []), id])
    byNumber.set(number, id)
  }
  for (const document of Object.values(state.documents)) remember(document)
  const document = (id: string): SimDocument => known(state.documents, id, 'document')
  const put = (next: SimDocument): SimDocument => (state.documents[next.id] = { ...next, version: next.version + 1 })
  const all = (ids: readonly string[]): SimDocument[] =>
    ids.flatMap(id => (state.documents[id] === undefined ? [] : [document(id)]))
  const make = (made: SimDraft): SimDocument => {
    const number = made.number ?? `${made.type.slice(0, 3).toUpperCase()}-${books.tick()}`
    const same = profile.key === 'number' ? byNumber.get(number) : undefined
    if (same !== undefined) throw new SimRefusal(409, `document ${number} exists`, same)
    fits(deps, made)
    const fresh = { state: 'draft', postedAt: null, version: 0, invoice: null, backorder: true } as const
    const draft: SimDocument = { ...made, ...fresh, id: `${made.type},${books.tick()}`, number }
    remember(draft)
    return put(draft)
  }

  return {
    document,
    byKey: (key: string): SimDocument[] => all(byKey.get(key) ?? []),
    byNumber: (number: string): SimDocument[] => all([byNumber.get(number) ?? '']),
    draft: (made: SimDraft): SimDocument => {
      const [first] = byKey.get(made.key) ?? []
      if (first !== undefined && profile.key === 'native') return document(first)
      if (first !== undefined && profile.loads) {
        const { state: end, lines } = document(first)
        // The record is known by its id, its lines have none: they come to those that are there.
        return end === 'draft' ? put({ ...document(first), lines: [...lines, ...made.lines] }) : document(first)
      }
      if (first !== undefined && profile.key === 'header') throw new SimRefusal(400, 'IDEMPOTENCY_ERROR', first)
      return make(made)
    },
    /** What has the number becomes this, whatever it was: its effect is taken back and that of the new lines made. */
    overwrite: (id: string, made: SimDraft): SimDocument => {
      fits(deps, made)
      const before = document(id)
      books.book({ ...before, lines: before.lines.map(line => ({ ...line, from: line.to, to: line.from })) })
      const after = put({ ...before, ...made, number: before.number })
      books.book(after)
      return after
    },
    /** As if it had never been made. */
    forget: (id: string): void => {
      const { key, number } = document(id)
      byKey.set(
        key,
        (byKey.get(key) ?? []).filter(other => other !== id),
      )
      if (byKey.get(key)?.length === 0) byKey.delete(key)
      byNumber.delete(number)
      delete state.documents[id]
    },
    changeDraft: (id: string, lines: SimDraft['lines']): SimDocument => {
      if (document(id).state !== 'draft') throw new SimRefusal(422, `${id} is ${document(id).state}`)
      return put({ ...document(id), lines })
    },
    cancel: (id: string): SimDocument => {
      if (document(id).state === 'posted') throw new SimRefusal(422, `${id} is posted`)
      return put({ ...document(id), state: 'cancelled' })
    },
    post: (id: string, options: PostOptions = NO_OPTIONS): SimDocument => {
      const draft = document(id)
      if (draft.state === 'posted') {
        if (profile.postAgain === 'refused') throw new SimRefusal(422, `${id} is posted already`)
        return draft
      }
      const { closedUntil = '' } = state
      if (deps.now() < closedUntil) throw new SimRefusal(422, `the period until ${closedUntil} is closed`)
      const reason = unfit(deps, draft)
      if (reason !== null && profile.unfit === 'silent') return draft
      if (reason !== null) throw reason
      ask(deps, draft, options)
      const backorder = options.backorder ?? true
      books.book(draft)
      deps.deliver(draft, backorder)
      const invoice = profile.invoices && draft.type === 'receipt' ? `INV-${books.tick()}` : null
      return put({ ...draft, state: 'posted', postedAt: deps.now(), invoice, backorder })
    },
  }
}

/** What may not even be a draft. */
const fits = ({ profile, books, item, order, state }: DocumentDeps, made: SimDraft): void => {
  for (const line of made.lines) {
    if (item(line.item).tracking.lot && line.lot === '') throw new SimRefusal(422, `lot missing for ${line.item}`)
    if (!item(line.item).active) throw new SimRefusal(422, `${line.item} is archived`)
    for (const place of [line.from, line.to]) if (place !== null) known(state.places, place, 'place')
  }
  if (made.order !== null && profile.unfit === 'refused' && order(made.order).state === 'cancelled')
    throw new SimRefusal(409, `${made.order} is cancelled`)
  const [line] = made.lines
  if (profile.adjust !== 'cas' || made.type !== 'adjustment' || line === undefined) return
  // Null opts out; a figure that has moved on is refused.
  if (made.changeFrom === undefined) throw new SimRefusal(422, 'changeFrom is required')
  if (
    made.changeFrom !== null &&
    made.changeFrom !== books.onHand(line.item, line.from ?? line.to ?? '', numberOf(line))
  )
    throw new SimRefusal(412, 'CHANGE_FROM_QUANTITY_STALE')
}

const unfit = ({ profile, books, order }: DocumentDeps, draft: SimDocument): SimRefusal | null => {
  if (draft.state === 'cancelled') return new SimRefusal(422, `${draft.id} is cancelled`)
  if (draft.order !== null && order(draft.order).state === 'cancelled')
    return new SimRefusal(409, `${draft.order} is cancelled`)
  return profile.negative === 'refused' ? books.notEnough(draft) : null
}

const ask = ({ profile, books, order }: DocumentDeps, draft: SimDocument, options: PostOptions): void => {
  if (profile.warnsOfOrigin && draft.type === 'return' && draft.order === null && !options.accept.includes('no_origin'))
    throw new SimQuestion(`${books.tick()}abc.no_origin`, 'These goods have no origin.')
  if (!profile.asksForRest || draft.order === null || draft.type === 'return' || options.backorder !== null) return
  const left = order(draft.order).lines.reduce((sum, line) => sum + line.quantity - line.done, 0)
  if (draft.lines.reduce((sum, line) => sum + line.quantity, 0) < left)
    throw new SimQuestion('backorder', 'Create a backorder?')
}

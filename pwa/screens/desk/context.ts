import { createContext, useContext } from 'react'
import type { Me } from '../../../shared/desk/session.ts'
import { namesAnswerSchema } from '../../../shared/desk/view.ts'
import type { NamesAnswer, SiteAnswer } from '../../../shared/desk/view.ts'
import type { ItemId } from '../../../shared/ids.ts'
import { Refused } from './api.ts'
import type { Api } from './api.ts'
import type { Bell } from './bell.ts'
import type { DeskSpeaker } from './speak.ts'

export type ItemName = NamesAnswer['items'][number]

/** What every section of the desk has: who, where, words, the server, and names for ids. */
export type Desk = {
  me: Me
  api: Api
  speaker: DeskSpeaker
  names: Names
  /** A sentence at the foot of the page, with a way back where there is one. */
  tell: (words: string, undo?: { label: string; run: () => void }) => void
  /** Calls when the warehouse has changed, not too often and only while somebody looks; returns how to stop. */
  bell: Bell['listen']
  /** Goes to another warehouse. */
  move: (warehouse: Me['warehouse']['id']) => void
  /** Counts in the navigation are asked for anew. */
  changed: () => void
  /** Names, and the clock by which times are shown, are asked for anew. */
  siteChanged: () => void
}
const Context = createContext<Desk | null>(null)
export const DeskProvider = Context.Provider
export const useDesk = (): Desk => {
  const desk = useContext(Context)
  if (desk === null) throw new Error('no desk above this screen')
  return desk
}

export type Names = {
  clients: SiteAnswer['clients']
  zones: readonly string[]
  people: SiteAnswer['people']
  person: (id: string | null) => string
  place: (id: string) => string
  /** Where boxes are packed. */
  stations: readonly { id: string; code: string }[]
  /** The place that a code names, as people write it. */
  placeCoded: (code: string) => string | undefined
  client: (id: string) => string
  item: (id: string) => ItemName | undefined
  /** Asks for the names of items that are not known yet. */
  learn: (items: readonly string[]) => Promise<void>
}

/** Names that came with the site at once, items as they are met. */
export const makeNames = (api: Api, site: SiteAnswer, onLearnt: () => void): Names => {
  const people = new Map(site.people.map(({ id, name }) => [id, name]))
  const places = new Map(site.places.map(({ id, code }) => [id, code]))
  const clients = new Map(site.clients.map(({ id, name }) => [id, name]))
  const items = new Map<string, ItemName>()
  return {
    clients: site.clients,
    people: site.people,
    zones: [...new Set(site.places.flatMap(({ zone }) => (zone === null || zone === '' ? [] : [zone])))].sort(),
    person: id => (id === null ? '–' : (people.get(id) ?? '–')),
    place: id => places.get(id) ?? '–',
    stations: site.places.filter(({ kind }) => kind === 'pack'),
    placeCoded: code => site.places.find(one => one.code === code || one.code === code.toUpperCase())?.id,
    client: id => clients.get(id) ?? '–',
    item: id => items.get(id),
    learn: async wanted => {
      const missing = [...new Set(wanted)].filter(id => id !== '' && !items.has(id)) as ItemId[]
      if (missing.length === 0) return
      for (let from = 0; from < missing.length; from += 500) {
        const part = { items: missing.slice(from, from + 500), documents: [] }
        const answer = await api.post('/api/desk/names', part, namesAnswerSchema)
        for (const item of answer.items) items.set(item.id, item)
      }
      onLearnt()
    },
  }
}

/** Why something did not work, in the person's words where we have some. */
export const whyNot = (speaker: DeskSpeaker, error: unknown): string => {
  if (!(error instanceof Refused)) return speaker.say('failed', { why: String(error) })
  if (error.code === 'offline') return speaker.say('offline')
  return speaker.say('failed', { why: error.message })
}

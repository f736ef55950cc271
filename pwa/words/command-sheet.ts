import type { Sheet } from '../../shared/label/label.ts'
import type { enApp } from './en-app.ts'
import type { en } from './en.ts'
import type { Language } from './words.ts'

type Key = keyof typeof enApp.word | keyof typeof en.word
type Group = { heading: Record<Language, string>; codes: Readonly<Record<string, Key>> }

/** One language at a time: a handheld never loads the other one, and the desk must not change that. */
const WORDS: Readonly<Record<Language, () => Promise<Readonly<Record<Key, string>>>>> = {
  en: async () => ({ ...(await import('./en-app.ts')).enApp.word, ...(await import('./en.ts')).en.word }),
  tr: async () => ({ ...(await import('./tr-app.ts')).trApp.word, ...(await import('./tr.ts')).tr.word }),
}

/** Commands by where they are used, each with the word of its button. */
const GROUPS: readonly Group[] = [
  {
    heading: { en: 'On every screen', tr: 'Her ekranda' },
    codes: {
      XCDNE: 'key.done',
      XCYES: 'key.yes',
      XCNAY: 'key.no',
      XCUND: 'key.undo',
      XCBAK: 'key.back',
      XCHME: 'key.home',
      XCMNU: 'key.menu',
      XCLKP: 'key.lookup',
      XCPRB: 'key.problem',
      XCKEY: 'key.type',
      XCHLP: 'key.help',
      XCSUP: 'key.supervisor',
    },
  },
  {
    heading: { en: 'Opens the work, on Home and in Look up', tr: 'İşi açar, ana ekranda ve sorguda' },
    codes: {
      XCNXT: 'key.next',
      XCRCV: 'receive',
      XCRET: 'return',
      XCPUT: 'putaway',
      XCPCK: 'pick',
      XCPAK: 'pack',
      XCSHP: 'ship',
      XCCNT: 'count',
      XCMVE: 'move',
      XCRPL: 'replenish',
      XCPBK: 'putback',
    },
  },
  {
    heading: { en: 'Receive and return', tr: 'Kabul ve iade' },
    codes: {
      XCNDC: 'key.noDocument',
      XCDMG: 'key.damaged',
      XCREJ: 'key.reject',
      XCASK: 'key.ask',
      XCSCR: 'key.scrap',
    },
  },
  {
    heading: { en: 'Pick', tr: 'Toplama' },
    codes: {
      XCSHT: 'key.short',
      XCMPT: 'key.empty',
      XCSKP: 'key.skip',
      XCWLT: 'key.wrongLot',
      XCFUL: 'key.toteFull',
    },
  },
  {
    heading: { en: 'Put away and move', tr: 'Yerleştirme ve taşıma' },
    codes: {
      XCALT: 'key.other',
      XCPAR: 'key.partly',
      XCSPL: 'key.split',
      XCNTF: 'key.notFound',
      XCALL: 'key.whole',
      XCSTA: 'key.status',
      XCCNL: 'key.cancel',
    },
  },
  {
    heading: { en: 'Pack and ship', tr: 'Paketleme ve sevk' },
    codes: {
      XCNBX: 'key.newBox',
      XCLSE: 'key.noBox',
      XCCLS: 'key.closeBox',
      XCUNP: 'key.unpack',
      XCMSS: 'key.missing',
      XCXTR: 'key.extra',
      XCSHS: 'key.shipShort',
      XCPRT: 'key.print',
    },
  },
  { heading: { en: 'Count', tr: 'Sayım' }, codes: { XCUNM: 'key.unmatched' } },
]
const TITLE = { en: 'Commands', tr: 'Komutlar' }
const HINT = {
  en: 'Scanning a code does what the button with this word does.',
  tr: 'Bir kodu okutmak, bu yazılı düğmeye basmakla aynıdır.',
}
const NUMBERS = { en: 'Quantities', tr: 'Sayılar' }
const STRIP = 20

/** The sheet that hangs at the packing table or on the cart, in the language of who works there. */
export const commandSheet = async (language: Language): Promise<Sheet> => {
  const words = await WORDS[language]()
  const groups = GROUPS.map(({ heading, codes }) => ({
    heading: heading[language],
    cells: Object.entries(codes).map(([code, key]) => ({ code, word: words[key] })),
  }))
  const numbers = Array.from({ length: STRIP }, (_, i) => ({
    code: `XCQ${String(i + 1).padStart(2, '0')}`,
    word: String(i + 1),
  }))
  return {
    kind: 'commands',
    title: TITLE[language],
    hint: HINT[language],
    groups: [...groups, { heading: NUMBERS[language], cells: numbers }],
  }
}

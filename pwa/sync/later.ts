import { makeCatalogueLookup } from './catalogue-lookup.ts'
import { makeGoods } from './goods.ts'
import { runRound } from './round.ts'

/** The parts of the machinery that no badge waits for: rounds and look-ups. They are loaded behind the first screen. */
export const later = { runRound, makeCatalogueLookup, makeGoods }
export type Later = typeof later

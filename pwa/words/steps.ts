import type { ProcessName } from '../../shared/process/process.ts'
import type { StepWords } from './en-steps.ts'
import type { Language } from './words.ts'

/** Loaded with the help that shows it, one language at a time. */
export const STEP_WORDS: Readonly<Record<Language, () => Promise<StepWords>>> = {
  en: async () => (await import('./en-steps.ts')).enSteps,
  tr: async () => (await import('./tr-steps.ts')).trSteps,
}

/** The sentence of a step; a step of a later version of the app has none. */
export const stepHelp = (words: StepWords, process: ProcessName, at: string): string | null => {
  const known: Readonly<Partial<Record<string, string>>> = words
  return known[`${process}.${at}`] ?? null
}

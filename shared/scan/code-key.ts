import { gtin14 } from './gtin.ts'

/** The text under which a code is stored and looked up: a GTIN in its one form, anything else exactly as it is. */
export const codeKey = (text: string): string => gtin14(text) ?? text

/** Whose spreadsheet opens it: separator and decimal sign differ. */
export const CSV_LANGUAGES = ['en', 'tr'] as const
export type CsvLanguage = (typeof CSV_LANGUAGES)[number]
/** Text is guarded against being read as a formula, numbers stay numbers; null is an empty cell. */
export type CsvCell = string | number | null

/** The library's own types name streams and bring those of Node into this pure room; this is what is used of it. */
export declare function stringify(
  rows: readonly (readonly (string | number | null)[])[],
  options: {
    delimiter: string
    record_delimiter: string
    escape_formulas: boolean
    quoted_match: RegExp
    cast: { number: (value: number) => string }
  },
): string

/** Loaded when it is first asked for and kept from then on. What failed is tried again by the next call. */
export const late = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let coming: Promise<T> | null = null
  return () =>
    (coming ??= load().catch((error: unknown) => {
      coming = null
      throw error
    }))
}

/**
 * A text as it is searched by: without case, accents and the dots of the Turkish i, so that "SISE", "şişe" and "ŞİŞE" find
 * each other. For searching names only; codes are never folded.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll('ı', 'i')

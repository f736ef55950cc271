/** The text under which a code is looked up. */
export const codeKey = (text: string): string => text

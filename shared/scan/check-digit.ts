/** GS1 mod-10 check digit of the digits before it: weights 3, 1, 3 … from the right (GS1 General Specifications 7.9). */
export const gs1CheckDigit = (body: string): string => {
  let sum = 0
  for (let i = 0; i < body.length; i += 1) sum += Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  return String((10 - (sum % 10)) % 10)
}

/** True when the last digit is right. Only digits count. */
export const checkDigitHolds = (digits: string): boolean =>
  /^\d{2,}$/.test(digits) && gs1CheckDigit(digits.slice(0, -1)) === digits.at(-1)

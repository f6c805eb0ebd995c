/** One unit of every 18-decimal fixed-point number. */
export const WAD = 10n ** 18n

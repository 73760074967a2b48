import { InvalidArgumentError } from 'commander'

/** A parser for an option that is a whole number inside bounds; commander reports the error. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`${name} takes a whole number from ${least} to ${most}.`)
  }
}

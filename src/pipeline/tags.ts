import { WeirError } from '../core/errors.ts'

const maxTags = 10
const tagPattern = /^\s*([A-Za-z0-9_.-]{1,32})\s*=\s*([A-Za-z0-9_.:/@ -]{1,64}?)\s*$/

/** Reads `x-weir-tags: team=search,env=prod`. Throws WeirError `invalid_request` where it is not of that form, or too long. */
export function readTags(header: string | undefined): Readonly<Record<string, string>> {
  if (header === undefined || header.trim() === '') return {}
  const pairs = header.split(',').map((part) => tagPattern.exec(part))
  const tags = new Map<string, string>()
  for (const pair of pairs) {
    const [, name, value] = pair ?? []
    if (name === undefined || value === undefined || tags.has(name)) throw badTags()
    tags.set(name, value)
  }
  if (tags.size > maxTags) throw badTags()
  return Object.fromEntries(tags)
}

function badTags(): WeirError {
  const message = `x-weir-tags takes up to ${maxTags} tags of the form name=value, separated by commas.`
  return new WeirError('invalid_request', message, { param: 'x-weir-tags' })
}

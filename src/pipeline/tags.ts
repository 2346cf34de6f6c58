import { WeirError } from '../core/errors.ts'

const maxTags = 10
const maxHeaderLength = 1024
const namePattern = /^[A-Za-z0-9_.-]{1,32}$/
const valuePattern = /^[A-Za-z0-9_.:/@ -]{1,64}$/

/** Reads `x-weir-tags: team=search,env=prod`. Throws WeirError `invalid_request` where it is not of that form, or too long. */
export function readTags(header: string | undefined): Readonly<Record<string, string>> {
  if (header === undefined || header.trim() === '') return {}
  if (header.length > maxHeaderLength) throw badTags()
  const tags = new Map<string, string>()
  for (const pair of header.split(',')) {
    const [name = '', ...rest] = pair.split('=')
    const [tag, value] = [name.trim(), rest.join('=').trim()]
    if (!namePattern.test(tag) || !valuePattern.test(value) || tags.has(tag)) throw badTags()
    tags.set(tag, value)
  }
  if (tags.size > maxTags) throw badTags()
  return Object.fromEntries(tags)
}

function badTags(): WeirError {
  const message = `x-weir-tags takes up to ${maxTags} tags of the form name=value, separated by commas.`
  return new WeirError('invalid_request', message, { param: 'x-weir-tags' })
}

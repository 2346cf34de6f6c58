import { WeirError } from '../../core/errors.ts'
import type { Fields } from '../fields.ts'
import { isFields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { camelOf, fieldOf, objectsOf } from './field-names.ts'

/** Fields that would buy, move or keep something that no price and no owner is known for: refused, unless switched off. */

type Buys = (value: unknown) => boolean

const always: Buys = () => true

/** A tier goes by its plain name, as the SDK has it, or by that of its enum. */
const standardTiers: ReadonlySet<unknown> = new Set([
  'standard',
  'unspecified',
  'STANDARD',
  'SERVICE_TIER_STANDARD',
  'SERVICE_TIER_UNSPECIFIED',
])

const ofRequest: Readonly<Record<string, Buys>> = {
  serviceTier: (value) => !standardTiers.has(value),
  store: (value) => value !== false,
  modelArmorConfig: always,
  generationOutputConfig: always,
}

const ofConfig: Readonly<Record<string, Buys>> = {
  responseModalities: (value) => [value].flat().some((modality) => modality !== 'TEXT'),
  responseFormat: (value) =>
    [value].flat().some((format) => !isFields(format) || hasOtherThan(format, 'text')),
  speechConfig: always,
  imageConfig: always,
  // These two let Google choose another model.
  routingConfig: always,
  modelSelectionConfig: always,
  modelConfig: always,
}

/** What names something that Google issued to the operator. */
const issued: Readonly<Record<string, string>> = {
  cachedContent: 'No such cached content was issued to this org.',
  continuationToken: 'No such continuation was issued to this org.',
}

/** The names of all fields that are looked at here. */
export const refusable = {
  request: [...Object.keys(ofRequest), ...Object.keys(issued)],
  config: Object.keys(ofConfig),
}

export function refuseUnpriced(values: Fields, config: Fields): void {
  refuse(values, ofRequest)
  refuse(config, ofConfig)
  refuseTools(values)
  for (const [name, message] of Object.entries(issued))
    if (fieldOf(values, name) !== undefined) throw new WeirError('not_found', message, { param: name })
}

function refuse(fields: Fields, table: Readonly<Record<string, Buys>>): void {
  for (const [name, buys] of Object.entries(table)) {
    const value = fieldOf(fields, name)
    if (value !== undefined && buys(value)) throw invalid(`${name} is not supported with this value.`, name)
  }
}

/** Tools that run at the provider are billed by use. */
function refuseTools(values: Fields): void {
  for (const tool of objectsOf(values, 'tools')) {
    const other = Object.keys(tool).find(
      (name) => camelOf(name) !== 'functionDeclarations' && isOn(tool[name]),
    )
    if (other !== undefined)
      throw invalid(`The tool ${camelOf(other)} is not supported: only functionDeclarations are.`, 'tools')
  }
}

function hasOtherThan(fields: Fields, name: string): boolean {
  return Object.keys(fields).some((key) => key !== name && isOn(fields[key]))
}

function isOn(value: unknown): boolean {
  return value !== null && value !== undefined
}

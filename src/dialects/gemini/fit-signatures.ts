import type { Splice } from '../../core/json-fields.ts'
import { isFields, type Fields } from '../fields.ts'
import { mendField, mendList } from '../json-edits.ts'
import { spellingOf } from './field-names.ts'
import { traitsOf } from './models.ts'
import type { GeminiRequest } from './read-request.ts'
import { sealOf, skippedSignature } from './seals.ts'

interface Fitting {
  /** Whether the first call of each turn has to be signed. */
  readonly mustSign: boolean
  readonly dropped: Set<string>
}

/** Leaves out what other makers' models thought and signed; where the model must have a signature, Google's word for a lost one. */
export function fitSignatures(request: GeminiRequest, model: string, dropped: Set<string>): Splice[] {
  const fitting = { mustSign: traitsOf(model).isModern, dropped }
  const fit = (content: unknown) => fitContent(content, fitting)
  return mendField(request, 'contents', (contents) =>
    Array.isArray(contents) ? mendList(contents, fit) : (fit(contents)[0] ?? []),
  )
}

function fitContent(content: unknown, { mustSign, dropped }: Fitting): readonly unknown[] {
  if (!isFields(content) || content['role'] !== 'model') return [content]
  const { parts } = content
  const own = mendList(parts, (part) => ownPart(part, dropped))
  const fitted = mustSign ? firstSigned(own) : own
  if (fitted === parts) return [content]
  return Array.isArray(fitted) && fitted.length > 0 ? [{ ...content, parts: fitted }] : []
}

/** A thought that another maker sealed is none to Google; all else stays, without the seal. */
function ownPart(part: unknown, dropped: Set<string>): readonly unknown[] {
  const name = isFields(part) ? spellingOf(part, 'thoughtSignature') : undefined
  if (!isFields(part) || name === undefined) return [part]
  const signature = part[name]
  const seal = typeof signature === 'string' ? sealOf(signature) : undefined
  if (!seal) return [part]
  if (seal.by === 'google') return [seal.value === signature ? part : { ...part, [name]: seal.value }]
  dropped.add('reasoning')
  const { [name]: _, ...rest } = part
  return part['thought'] === true || rest['text'] === '' ? [] : [rest]
}

function firstSigned(parts: unknown): unknown {
  if (!Array.isArray(parts)) return parts
  const first: unknown = parts.find(isCall)
  const isSigned = !isFields(first) || spellingOf(first, 'thoughtSignature') !== undefined
  return isSigned
    ? parts
    : mendList(parts, (part) => [part === first ? { ...first, thoughtSignature: skippedSignature } : part])
}

function isCall(part: unknown): part is Fields {
  return isFields(part) && spellingOf(part, 'functionCall') !== undefined
}

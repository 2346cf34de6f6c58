import { WeirError } from '../../core/errors.ts'
import { fieldsOf, isFields, listOf, type Fields } from '../fields.ts'
import { refuseProviderRun } from './governed.ts'

/** What is in a request besides its text. */
interface ContentSurvey {
  images: number
  mediaBytes: number
  /** Whether anything brings more than its own text, and nothing tells how much. */
  unbounded: boolean
}

/** Finds the media in what the model reads, and refuses references to what was issued to others. */
export function surveyContent(values: Fields): ContentSurvey {
  const survey: ContentSurvey = { images: 0, mediaBytes: 0, unbounded: false }
  surveyBlocks(values['system'], survey)
  for (const message of listOf(values, 'messages'))
    if (isFields(message)) surveyBlocks(message['content'], survey)
  return survey
}

function surveyBlocks(content: unknown, survey: ContentSurvey): void {
  const blocks = Array.isArray(content) ? (content as unknown[]) : [content]
  for (const block of blocks) if (isFields(block)) surveyBlock(block, survey)
}

type Surveyor = (block: Fields, survey: ContentSurvey) => void

/** By type of block: what is bounded by its own text needs no look. */
const surveyors: ReadonlyMap<unknown, Surveyor> = new Map<string, Surveyor>([
  ['text', () => {}],
  ['thinking', () => {}],
  ['redacted_thinking', () => {}],
  ['tool_use', () => {}],
  ['tool_reference', () => {}],
  ['tool_removal', () => {}],
  ['browser_state', () => {}],
  ['search_result', (block, survey) => surveyBlocks(block['content'], survey)],
  ['tool_result', (block, survey) => surveyBlocks(block['content'], survey)],
  ['image', surveyImage],
  ['document', surveyDocument],
  ['tool_addition', surveyAddition],
])

function surveyBlock(block: Fields, survey: ContentSurvey): void {
  const look = surveyors.get(block['type']) ?? surveyUnknown
  look(block, survey)
}

function surveyImage(block: Fields, survey: ContentSurvey): void {
  const source = fieldsOf(block, 'source')
  refuseFile(source)
  survey.images++
  survey.mediaBytes += embeddedLength(source)
}

function surveyDocument(block: Fields, survey: ContentSurvey): void {
  const source = fieldsOf(block, 'source')
  refuseFile(source)
  if (source['type'] === 'text') return
  if (source['type'] === 'content') return surveyBlocks(source['content'], survey)
  survey.unbounded = true
  survey.mediaBytes += embeddedLength(source)
}

function embeddedLength({ type, data }: Fields): number {
  return type === 'base64' && typeof data === 'string' ? data.length : 0
}

/** A tool that joins in mid-conversation. */
function surveyAddition(block: Fields): void {
  const tool = fieldsOf(block, 'tool')
  if (tool['type'] === 'tool_reference') return
  refuseProviderRun(
    tool['type'] === 'tool_definition' ? tool['definition'] : { type: tool['type'] },
    'messages',
  )
}

function surveyUnknown(block: Fields, survey: ContentSurvey): void {
  survey.unbounded = true
  refuseFilesWithin(block)
}

function refuseFilesWithin(value: unknown): void {
  if (Array.isArray(value)) for (const item of value as unknown[]) refuseFilesWithin(item)
  if (!isFields(value)) return
  refuseFile(value)
  for (const item of Object.values(value)) refuseFilesWithin(item)
}

/** Ids of files belong to the org that they were issued to, and none were issued through here. */
function refuseFile(source: Fields): void {
  if (source['type'] === 'file' || typeof source['file_id'] === 'string')
    throw new WeirError('not_found', 'No such file was issued to this org.', { param: 'file_id' })
}

import type { Handler } from 'hono'
import type { ModelRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { clientDialects } from '../../dialects/index.ts'
import { resume, storedItems, withItems } from '../../dialects/openai-responses/history.ts'
import { readRequest, type ResponsesRequest } from '../../dialects/openai-responses/read-request.ts'
import type { Answer } from '../../pipeline/answer.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import { ResponseArchive, type Turn } from '../response-archive.ts'
import { keepBeforeEnd } from '../keep-before-end.ts'
import { callModel, type PreparedCall, type RoutedCall } from './call.ts'
import { inputItems, pageOfItems } from './input-items.ts'

const dialect = clientDialects['openai-responses']

/** A request with what the caller itself sent of it, where history was put in front. */
interface Resumed extends ResponsesRequest {
  readonly sent?: ResponsesRequest
  /** The turns that it goes on from, oldest first. */
  readonly before?: readonly Turn[]
}

/** Responses: providers keep none of them, the gateway does, so that the next request may go on from one. */
export function createResponse(deps: HttpDeps): Handler<CallerEnv> {
  const archive = new ResponseArchive(deps)

  const prepare = async ({ org, request, grow }: PreparedCall): Promise<ModelRequest> => {
    const sent = await withReferences(archive, own(request), { org, grow })
    const { previousResponseId: previous } = sent
    if (previous === undefined) return sent
    const before = await archive.conversation(org, previous, grow)
    const items = before.flatMap(({ items, output }) => [...items, ...output])
    const resumed: Resumed = { ...resume(sent, items), sent, before }
    return resumed
  }

  const finish = async ({ org, request }: RoutedCall, answer: Answer): Promise<Answer> => {
    const { sent = own(request), before = [], wantsStored } = own(request)
    if (!wantsStored || answer.status !== 200) return answer
    const { previousResponseId: previous } = sent
    const items = storedItems(sent, [])
    return keepBeforeEnd(answer, (response) =>
      archive.keep(org, { response, items, ...(previous !== undefined && { previous }) }, before),
    )
  }

  return callModel(deps, dialect, { prepare, finish })
}

/** A request whose references to kept items are replaced by the items. Throws WeirError `not_found` for one that is not kept. */
async function withReferences(
  archive: ResponseArchive,
  request: ResponsesRequest,
  { org, grow }: Pick<PreparedCall, 'org' | 'grow'>,
): Promise<ResponsesRequest> {
  const { itemReferences } = request
  if (itemReferences.length === 0) return request
  const found = new Map<string, string>()
  // One after the other: what is too much is found out before it is all in memory.
  for (const id of itemReferences) {
    const text = found.get(id) ?? (await archive.item(org, id))
    grow(text.length)
    found.set(id, text)
  }
  const items = [...found].map(([id, text]) => [id, JSON.parse(text) as unknown] as const)
  return readRequest({ body: withItems(request, new Map(items)) })
}

/** This route only ever gets the requests of its own dialect. */
function own(request: ModelRequest): Resumed {
  return request as Resumed
}

export function getResponse(deps: HttpDeps): Handler<CallerEnv, '/v1/responses/:id'> {
  const archive = new ResponseArchive(deps)
  return async (c) => {
    c.set('dialect', dialect)
    const { org } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    if ((c.req.query('stream') ?? 'false') !== 'false') throw notStreamed()
    return c.json((await archive.find(org, c.req.param('id'))).response as object)
  }
}

function notStreamed(): WeirError {
  const message = 'A kept response cannot be streamed again. Ask for it without stream.'
  return new WeirError('invalid_request', message, { param: 'stream' })
}

export function deleteResponse(deps: HttpDeps): Handler<CallerEnv, '/v1/responses/:id'> {
  const archive = new ResponseArchive(deps)
  return async (c) => {
    c.set('dialect', dialect)
    const { org } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const id = c.req.param('id')
    await archive.delete(org, id)
    return c.json({ id, object: 'response', deleted: true })
  }
}

/** All that a kept response was given, with the conversation before it. */
export function listInputItems(deps: HttpDeps): Handler<CallerEnv, '/v1/responses/:id/input_items'> {
  const archive = new ResponseArchive(deps)
  return async (c) => {
    c.set('dialect', dialect)
    const { org } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const turns = await archive.conversation(org, c.req.param('id'))
    return c.json(pageOfItems(inputItems(turns), c.req.query()))
  }
}

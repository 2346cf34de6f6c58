import type { Handler } from 'hono'
import type { ModelRequest } from '../../core/dialect.ts'
import { clientDialects } from '../../dialects/index.ts'
import { isFields } from '../../dialects/fields.ts'
import { resume, storedItems, withItems } from '../../dialects/openai-responses/history.ts'
import { readRequest, type ResponsesRequest } from '../../dialects/openai-responses/read-request.ts'
import type { Answer } from '../../pipeline/answer.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import { ResponseArchive } from '../response-archive.ts'
import { keepBeforeEnd } from '../keep-before-end.ts'
import { callModel, type RoutedCall } from './call.ts'

const dialect = clientDialects['openai-responses']

/** A request with what the caller itself sent of it, where history was put in front. */
interface Resumed extends ResponsesRequest {
  readonly sent?: ResponsesRequest
}

/** Responses: providers keep none of them, the gateway does, so that the next request may go on from one. */
export function createResponse(deps: HttpDeps): Handler<CallerEnv> {
  const archive = new ResponseArchive(deps)

  const prepare = async ({ org, request }: RoutedCall): Promise<ModelRequest> => {
    const sent = await withReferences(archive, org, own(request))
    const { previousResponseId: previous } = sent
    if (previous === undefined) return sent
    const resumed: Resumed = { ...resume(sent, await archive.itemsUpTo(org, previous)), sent }
    return resumed
  }

  const finish = async ({ org, request }: RoutedCall, answer: Answer): Promise<Answer> => {
    const { sent = own(request), wantsStored } = own(request)
    if (!wantsStored || answer.status !== 200) return answer
    const { previousResponseId: previous } = sent
    const items = storedItems(sent, [])
    return keepBeforeEnd(answer, (response) =>
      archive.keep(org, { response, items, ...(previous !== undefined && { previous }) }),
    )
  }

  return callModel(deps, dialect, { prepare, finish })
}

/** A request whose references to kept items are replaced by the items. Throws WeirError `not_found` for one that is not kept. */
async function withReferences(
  archive: ResponseArchive,
  org: string,
  request: ResponsesRequest,
): Promise<ResponsesRequest> {
  const { itemReferences } = request
  if (itemReferences.length === 0) return request
  const found = await Promise.all(
    itemReferences.map(async (id) => [id, await archive.item(org, id)] as const),
  )
  return readRequest({ body: withItems(request, new Map(found)) })
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
    return c.json((await archive.find(org, c.req.param('id'))).response as object)
  }
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

/** What a kept response was given, oldest last unless `order` says otherwise. */
export function listInputItems(deps: HttpDeps): Handler<CallerEnv, '/v1/responses/:id/input_items'> {
  const archive = new ResponseArchive(deps)
  return async (c) => {
    c.set('dialect', dialect)
    const { org } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const { items } = await archive.find(org, c.req.param('id'))
    const data = c.req.query('order') === 'asc' ? items : items.toReversed()
    const idOf = (item: unknown) => (isFields(item) && typeof item['id'] === 'string' ? item['id'] : null)
    return c.json({
      object: 'list',
      data,
      first_id: idOf(data[0]),
      last_id: idOf(data.at(-1)),
      has_more: false,
    })
  }
}

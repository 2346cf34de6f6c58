import type { Transport, UpstreamHead } from '../../core/transport.ts'
import { UpstreamError } from '../../upstream/deadlines.ts'

/** The way out of a Worker. Redirects are not followed: they would take the credential elsewhere. */
export const fetchTransport: Transport = ({ url, method, headers, body }) => {
  const controller = new AbortController()
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let aborted: Error | undefined
  const orBroken = (error: unknown) => {
    throw aborted ?? new UpstreamError('broken', `The connection to the provider broke (${nameOf(error)}).`)
  }
  const response = fetch(url, {
    method,
    headers,
    ...(body && { body }),
    redirect: 'manual',
    signal: controller.signal,
  })
  const head = response.then(({ status, headers }): UpstreamHead => {
    return { status, headers: Object.fromEntries(headers) }
  }, orBroken)
  head.catch(() => {})
  return {
    head,
    async read() {
      try {
        reader ??= (await response).body?.getReader()
        const next = await reader?.read()
        if (aborted) throw aborted
        return next?.value
      } catch (error) {
        return orBroken(error)
      }
    },
    abort(reason) {
      aborted ??= reason
      controller.abort(reason)
    },
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

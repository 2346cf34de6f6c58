import type { Gateway } from './gateway.ts'
import type { Child } from './processes.ts'
import { bodyOf, type Workload } from './workloads.ts'

/** What is measured: the mock itself, or a proxy in front of it. */
export interface Target {
  readonly name: 'direct' | 'bare' | 'weir'
  readonly child: Child
  /** A whole HTTP request. */
  request(workload: Workload): string
  /** Sends one request, looks at the answer, and says how long its body is. */
  probe(workload: Workload): Promise<number>
}

export function targetsOf(upstream: Child, bare: Child, weir: Gateway): Target[] {
  return [
    target('direct', upstream, 'a-key-that-nobody-reads'),
    target('bare', bare, 'a-key-that-nobody-reads'),
    target('weir', weir, weir.key),
  ]
}

function target(name: Target['name'], child: Child, key: string): Target {
  const pathOf = ({ kind }: Workload) => (name === 'weir' ? '' : `/${kind}`) + '/v1/chat/completions'
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return {
    name,
    child,
    request(workload) {
      const body = bodyOf(workload)
      const sent = { host: `127.0.0.1:${child.port}`, ...headers, 'content-length': Buffer.byteLength(body) }
      const lines = Object.entries(sent).map(([header, value]) => `${header}: ${value}\r\n`)
      return `POST ${pathOf(workload)} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
    },
    async probe(workload) {
      const url = `http://127.0.0.1:${child.port}${pathOf(workload)}`
      const response = await fetch(url, { method: 'POST', headers, body: bodyOf(workload) })
      const body = await response.text()
      const end = workload.kind === 'json' ? '}' : 'data: [DONE]\n\n'
      if (response.status !== 200 || !body.endsWith(end))
        throw new Error(`${name}, ${workload.name}: ${response.status} ${body.slice(-200)}`)
      return Buffer.byteLength(body)
    },
  }
}

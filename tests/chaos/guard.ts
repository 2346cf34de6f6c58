import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * A shell that outlives the run by a moment: its stdin closes however the run ends, `kill -9` too, and then it ends the processes
 * that were started and not ended since. In a process group of its own, so that what ends the run's group does not end it first.
 */
export function startGuard() {
  const script = `
    left=" "
    while read -r sign pid; do
      case $sign in
        +) left="$left$pid " ;;
        -) left=$(printf '%s' "$left" | sed "s/ $pid / /") ;;
      esac
    done
    [ -n "\${left# }" ] && kill -9 $left`
  const shell = spawn('sh', ['-c', script, 'chaos-guard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.stdin.on('error', () => {})
  const gone = once(shell, 'exit')
  return {
    started: (pid: number | undefined) => void shell.stdin.write(`+ ${pid}\n`),
    ended: (pid: number | undefined) => void shell.stdin.write(`- ${pid}\n`),
    async end() {
      shell.stdin.end()
      await gone
    },
  }
}

export type Guard = ReturnType<typeof startGuard>

// Certificates that sign themselves, for tests and measurements.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files of a new certificate for localhost and its key; `remove()` takes them away, `renew()` puts others in their places. */
export function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'roost-tls-'))
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
  const renew = () =>
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', files.key, '-out', files.certificate],
    ], { stdio: 'pipe' })
  renew()
  return {
    ...files,
    flags: ['--tls-certificate', files.certificate, '--tls-key', files.key],
    renew,
    remove: () => rmSync(folder, { recursive: true }),
  }
}

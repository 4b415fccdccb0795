// Self-signed certificates for test servers, made by the openssl command; one key per test run, nothing kept in the tree.

import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import {tempDir} from './porthole.mjs';

// {key, cert, certFile} for `names`: DNS names and IP addresses, all as subjectAltName.
export function certificate(t, names = ['localhost', '127.0.0.1', '::1']) {
  const dir = tempDir(t);
  const keyFile = join(dir, 'key.pem');
  const certFile = join(dir, 'cert.pem');
  const alt = names.map((name) => (/^[0-9.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  execFileSync(
    'openssl',
    [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
      '/CN=porthole test', '-addext', `subjectAltName=${alt}`, '-keyout', keyFile, '-out', certFile
    ],
    {stdio: 'pipe'});
  return {key: readFileSync(keyFile), cert: readFileSync(certFile), certFile};
}

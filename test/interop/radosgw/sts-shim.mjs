/**
 * Stands before the gateway's STS for the tests of the external id alone, and decides nothing: it copies ExternalId of the
 * form into the header Referer, which is not signed. The gateway does not know sts:ExternalId, but aws:Referer in a trust policy.
 *   node sts-shim.mjs PORT GATEWAY_PORT
 */
import { createServer, request } from 'node:http';

const [port, gatewayPort] = process.argv.slice(2).map(Number);

async function textOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

createServer(async (incoming, outgoing) => {
  const form = await textOf(incoming);
  const { referer, 'transfer-encoding': _, ...headers } = incoming.headers;
  const externalId = new URLSearchParams(form).get('ExternalId');
  const forwarded = request(
    {
      host: '127.0.0.1',
      port: gatewayPort,
      method: incoming.method,
      path: incoming.url,
      headers: {
        ...headers,
        'content-length': Buffer.byteLength(form),
        ...(externalId === null ? {} : { referer: externalId }),
      },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    },
  );
  forwarded.on('error', () => outgoing.destroy());
  forwarded.end(form);
}).listen(port, '127.0.0.1');

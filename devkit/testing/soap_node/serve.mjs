// A SOAP server for tests: node serve.mjs PORT USER PASSWORD. The operation `place` at /open, /token (a UsernameToken is
// needed) and /signed (a signature), each for SOAP 1.1, and under /1.2 for SOAP 1.2. GET /received: the last request.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { DOMParser } from "@xmldom/xmldom";
import soap from "soap";
import { SignedXml } from "xml-crypto";
import xpath from "xpath";

const [port, user, password] = process.argv.slice(2);
const wsdl = readFileSync(new URL("orders.wsdl", import.meta.url), "utf8");
let received = {};

const fault = (code, reason) => ({
  Fault: { faultcode: code, faultstring: reason, detail: { reason: { number: 42 } }, statusCode: 500 },
});
const fault12 = (code, reason) => ({
  Fault: { Code: { Value: `soap:${code}` }, Reason: { Text: reason }, Detail: { reason: { number: 42 } }, statusCode: 500 },
});

function place(version) {
  return (order) => {
    const customer = text(order.customer);
    const { item } = order;
    if (customer === "nobody") {
      throw version === "1.2" ? fault12("Sender", "unknown customer") : fault("soap:Client", "unknown customer");
    }
    const items = item === undefined ? [] : [item].flat();
    return { id: "o-1", customer, count: items.reduce((sum, one) => sum + Number(one.count), 0) };
  };
}

const text = (value) => (typeof value === "object" && value !== null ? value.$value : value);

function knowsToken({ UsernameToken: token }) {
  if (!token || token.Username !== user) return false;
  const given = text(token.Password);
  if (!token.Password.attributes.Type.endsWith("#PasswordDigest")) return given === password;
  const digest = createHash("sha1");
  digest.update(Buffer.from(text(token.Nonce), "base64"));
  digest.update(text(token.Created) + password);
  return given === digest.digest("base64");
}

function isSigned() {
  const document = new DOMParser().parseFromString(received.body, "text/xml");
  const [signature] = xpath.select("//*[local-name()='Signature']", document);
  const [token] = xpath.select("//*[local-name()='BinarySecurityToken']", document);
  if (!signature || !token) return false;
  const publicCert = `-----BEGIN CERTIFICATE-----\n${token.textContent}\n-----END CERTIFICATE-----\n`;
  const check = new SignedXml({ publicCert, idMode: "wssecurity" });
  check.loadSignature(signature);
  const valid = check.checkSignature(received.body);
  received.signed = check.getSignedReferences().map((one) => /^<(?:[\w-]+:)?([\w-]+)/.exec(one)[1]);
  return valid;
}

const server = http.createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(received));
});
server.listen(Number(port), "127.0.0.1", () => {
  const checks = { open: null, token: knowsToken, signed: isSigned };
  for (const version of ["1.1", "1.2"]) {
    for (const [name, check] of Object.entries(checks)) {
      const path = version === "1.2" ? `/1.2/${name}` : `/${name}`;
      const services = { Orders: { Orders: { place: place(version) } } };
      const options = { path, services, xml: wsdl, forceSoap12Headers: version === "1.2" };
      const listening = soap.listen(server, options);
      listening.log = (type, data, request) => {
        if (type === "received") {
          received = { body: data, headers: request?.headers ?? {}, path };
        }
      };
      if (check) listening.authenticate = check;
    }
  }
});

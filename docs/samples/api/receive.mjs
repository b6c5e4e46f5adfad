// PROMOSMS_SECRET=whsec_... node receive.mjs 8080
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.PROMOSMS_SECRET.slice("whsec_".length), "base64");
const known = new Set(); // a real program keeps the ids where they outlast it

const same = (one, other) => one.length === other.length && timingSafeEqual(one, other);

createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const id = request.headers["webhook-id"] ?? "";
  const sent = request.headers["webhook-timestamp"] ?? "";
  const digest = createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest("base64");
  const given = (request.headers["webhook-signature"] ?? "").split(" ");
  const signed = given.some((each) => same(Buffer.from(each), Buffer.from(`v1,${digest}`)));
  const fresh = /^\d+$/.test(sent) && Math.abs(Date.now() / 1000 - Number(sent)) < 300;
  if (signed && fresh && !known.has(id)) {
    const event = JSON.parse(body);
    console.log(event.type, JSON.stringify(event.data));
    known.add(id);
  }
  response.writeHead(signed && fresh ? 204 : 400).end();
}).listen(Number(process.argv[2]), "127.0.0.1");
